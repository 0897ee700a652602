-- neovim.lua, run by nvim --headless: opens a module with a finding, makes the
-- fix as a user does, and saves. Prints what it sees.
local function say(text)
  io.stdout:write(text .. "\n")
end

local function check(name, ok)
  if not ok then
    say("failed: " .. name .. "\n" .. vim.inspect(vim.diagnostic.get(0)))
    vim.cmd("cquit 1")
  end
  say("ok: " .. name)
end

local function wait(name, condition)
  check(name, vim.wait(120000, condition, 20))
end

local function count()
  return #vim.diagnostic.get(0)
end

vim.cmd("edit " .. vim.env.UNGIL_TEST_FILE)
local command = { vim.env.UNGIL_TEST_PROGRAM, "lsp", "--no-build" }
vim.list_extend(command, { "--python", vim.env.UNGIL_TEST_HEADERS })
local client = vim.lsp.start_client({
  name = "ungil",
  cmd = command,
  root_dir = vim.fn.fnamemodify(vim.env.UNGIL_TEST_FILE, ":h"),
})
vim.lsp.buf_attach_client(0, client)

wait("diagnosed", function()
  return count() == 1
end)
local finding = vim.diagnostic.get(0)[1]
say(finding.source .. " " .. finding.code .. " at line " .. finding.lnum + 1)

-- As typed: the finding goes with the text, and comes back.
local line = vim.api.nvim_buf_get_lines(0, finding.lnum, finding.lnum + 1, true)[1]
vim.api.nvim_buf_set_lines(0, finding.lnum, finding.lnum + 1, true, { "    PyObject *item = list;" })
wait("gone with the text", function()
  return count() == 0
end)
vim.cmd("undo")
wait("back with the text", function()
  return count() == 1
end)
check("the line is what it was", vim.fn.getline(finding.lnum + 1) == line)

vim.ui.select = function(items, options, choose)
  say("offered: " .. options.format_item(items[1]))
  choose(items[1], 1)
end
vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
vim.lsp.buf.code_action()
wait("fixed", function()
  return vim.bo.modified and count() == 0
end)
vim.cmd("write")
vim.lsp.stop_client(client)
wait("the server ended", function()
  return vim.lsp.client_is_stopped(client)
end)
vim.cmd("qall!")
