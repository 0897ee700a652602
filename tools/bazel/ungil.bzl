# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""ungil_report: what breaks in a CPython extension when the GIL is gone.

Needs no C++ toolchain: `ungil`, on the PATH, parses the sources by itself.
Each source is read by an action of its own, so that Bazel reads again only
what changed, here or on other machines, and one more action analyses all.
"""

# What every sandbox calls the folder that it runs in.
_HERE = "/proc/self/cwd"

def _ungil_report_impl(ctx):
    facts = []
    inputs = ctx.files.srcs + ctx.files.hdrs
    folders = {f.dirname: True for f in inputs}.keys()
    for src in ctx.files.srcs:
        out = ctx.actions.declare_file(
            "%s.facts/%s.facts" % (ctx.label.name, src.short_path),
        )
        read = ctx.actions.args()
        read.add_all(folders)
        read.add("--only", src)
        read.add("-o", out)
        read.add_all(ctx.attr.options)
        ctx.actions.run_shell(
            command = "exec ungil summarize --no-build --no-cache -j1 --root . " +
                      "--map \"$PWD=%s\" \"$@\"" % _HERE,
            arguments = [read],
            inputs = [src] + ctx.files.hdrs,
            outputs = [out],
            mnemonic = "UngilSummarize",
            use_default_shell_env = True,
        )
        facts.append(out)
    report = ctx.actions.declare_file(ctx.label.name + "." + ctx.attr.format)
    link = ctx.actions.args()
    link.add_all(facts)
    link.add("--format", ctx.attr.format)
    link.add("-o", report)
    ctx.actions.run_shell(
        command = "exec ungil link --exit-zero --isolated " +
                  "--map \"%s=$PWD\" \"$@\"" % _HERE,
        arguments = [link],
        inputs = facts + inputs,
        outputs = [report],
        mnemonic = "UngilLink",
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([report]))]

ungil_report = rule(
    implementation = _ungil_report_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".c", ".cc", ".cpp", ".cxx"]),
        "hdrs": attr.label_list(
            doc = "all that the sources include, sources among it too",
            allow_files = True,
        ),
        "options": attr.string_list(
            doc = "for `ungil summarize`: --python, --extra-arg ...",
        ),
        "format": attr.string(default = "sarif"),
    },
)
