'use strict';
// The page: everything is drawn from the document in #data. What comes from
// sources gets onto the page as text nodes only. Nothing is asked of a network.
(() => {
  const report = JSON.parse(document.getElementById('data').textContent);
  const byId = id => document.getElementById(id);

  /// An element with attributes, handlers and children.
  function h(tag, attributes, ...children) {
    const svg = ['svg', 'g', 'path', 'circle', 'rect', 'text', 'title'].includes(tag);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag)
                     : document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === false) continue;
      if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? '' : value);
    }
    for (const child of children.flat())
      if (child !== undefined && child !== null && child !== '') node.append(child);
    return node;
  }
  const number = n => n.toLocaleString('en');
  const many = (n, what) => number(n) + ' ' + what + (n === 1 ? '' : 's');
  const place = at => at.line ? at.file + ':' + at.line : at.file;
  const capital = text => text[0].toUpperCase() + text.slice(1);
  const color = name => '--c: var(--' + name + ')';
  const nameOf = row => (row.kind === 'field' && row.owner ? row.owner + '.' : '') + row.name;
  const lineOf = (file, line) => (report.lines[file] || {})[line];

  const Levels = ['high', 'medium', 'low'];
  const Verdicts = {
    'ready': 'Ready', 'ready-with-notes': 'Ready, with notes',
    'not-ready': 'Not ready', 'unknown': 'Unknown',
  };
  const findings = report.findings;
  const cards = new Map(findings.map(f => [f.fingerprint, f]));
  // A finding's row of the inventory: the one it is named after, if several.
  const rowOf = new Map();
  for (const row of report.state)
    for (const print of row.findings)
      if (!rowOf.has(print) || cards.get(print)?.entity === row.name) rowOf.set(print, row);

  //--- Overview ---------------------------------------------------------------

  function overview() {
    const c = report.coverage, modules = report.modules.join(', ');
    if (modules) document.title = 'ungil: ' + modules;
    byId('modules').textContent = modules;
    const tile = (label, value, note) => h('div', {}, h('dt', {}, label),
      h('dd', {}, number(value), note ? h('small', {}, note) : null));
    const levels = Levels.map(level => [findings.filter(f => f.confidence === level).length, level])
      .filter(([n]) => n).map(([n, level]) => number(n) + ' ' + level).join(', ');
    const open = report.state.filter(s => s.protection === 'none').length;
    byId('overview').append(
      h('h1', {id: 'verdict', class: 'verdict ' + report.verdict}, Verdicts[report.verdict] || report.verdict),
      h('p', {class: 'because'}, report.because.length ? report.because.join(' · ')
        : 'Everything was read, and no rule has anything to say.'),
      h('dl', {class: 'tiles'},
        tile('Findings', findings.length, levels || 'none'),
        tile('Shared places', report.state.length, number(open) + ' unprotected'),
        tile('Files', c.files, number(c.parsed) + ' read, ' + number(c.withErrors) + ' with errors'),
        tile('Functions', c.functions, number(c.analysed) + ' analysed'),
        tile('Answered', report.answered.length, 'findings with an answer')));
    byId('foot').append('ungil ' + report.tool.version + (c.headers.python
      ? ', headers of CPython ' + c.headers.python + (c.headers.freeThreaded ? ' as a free-threaded build reads them' : '')
      : ', no headers of CPython') + '. No finding is no proof: see “What was read”.');
  }

  //--- Lists that grow --------------------------------------------------------

  /// Puts \p items, drawn by \p draw, into \p box, \p step at a time; the
  /// button for more comes at the end of \p around.
  function growing(box, items, step, draw, around = box) {
    let shown = 0;
    const button = h('button', {type: 'button', class: 'more', onclick: () => grow(step)});
    function grow(count) {
      const next = items.slice(shown, shown + count);
      shown += next.length;
      if (around === box) button.before(...next.map(draw));
      else box.append(...next.map(draw));
      button.textContent = 'Show more (' + number(items.length - shown) + ')';
      button.hidden = shown >= items.length;
    }
    around.append(button);
    grow(step);
    return {all: () => grow(items.length), until: item => grow(Math.max(0, items.indexOf(item) + 1 - shown))};
  }

  const heads = titles => h('thead', {}, h('tr', {}, titles.map(title => h('th', {scope: 'col'}, title))));

  /// A <details> whose inside is drawn when it is first opened.
  function lazy(attributes, summary, draw) {
    const box = h('details', {...attributes, ontoggle: () => {
      if (box.open && box.children.length === 1) box.append(...[draw()].flat());
    }}, h('summary', {}, summary));
    return box;
  }

  //--- Shared state -----------------------------------------------------------

  function users(row) {
    const box = h('tbody'), around = h('div', {}, h('table', {}, heads(['', 'Function', 'Entered through', 'Holding', 'Where']), box));
    growing(box, row.uses, 40, use => h('tr', {},
      h('td', {class: use.how === 'writes' && !use.atInit ? 'writes' : ''}, use.how),
      h('td', {}, h('code', {}, use.function)),
      h('td', {}, use.atInit ? 'initialisation' : use.entry || '—'),
      h('td', {}, use.lock || (use.atInit ? '' : 'no lock')),
      h('td', {}, place(use))), around);
    return around;
  }

  function stateRow(row) {
    const writers = row.uses.filter(u => u.how === 'writes' && !u.atInit).length;
    const readers = row.uses.filter(u => u.how === 'reads' && !u.atInit).length;
    return lazy({class: 'place'}, [
      h('span', {class: 'name'}, h('code', {}, nameOf(row)),
        h('span', {class: 'soft'}, ' ' + row.kind + (row.kind === 'static variable' && row.owner ? ' of ' + row.owner : ''))),
      h('span', {class: 'soft'}, row.protection === 'none' ? row.confidence + ' confidence' : row.why),
      h('span', {class: 'who'}, many(writers, 'writer') + ', ' + many(readers, 'reader')),
    ], () => h('div', {class: 'inside'},
      row.line ? h('p', {class: 'soft'}, 'Defined in ' + place(row) + (row.type ? ', ' : ''), row.type ? h('code', {}, row.type) : '') : null,
      users(row),
      row.findings.some(print => cards.has(print)) ? h('p', {}, h('button', {type: 'button', onclick: () => showOnly(row)},
        'Show its findings')) : null));
  }

  function state() {
    const body = byId('state-body'), rows = report.state;
    if (!rows.length) {
      body.append(h('p', {class: 'empty'}, 'No variable and no field was found that threads share.'));
      return;
    }
    const kinds = report.protections.map(([kind, title, means]) =>
      ({kind, title, means, list: rows.filter(row => row.protection === kind)})).filter(({list}) => list.length);
    body.append(h('div', {class: 'bar', role: 'img',
      'aria-label': kinds.map(({title, list}) => number(list.length) + ' ' + title).join(', ')},
      kinds.map(({kind, list}) => h('i', {style: color(kind) + '; flex: ' + list.length + ' 0 0'}))));
    for (const {kind, title, means, list} of kinds)
      body.append(lazy({class: 'kind', 'data-kind': kind}, [
        h('span', {class: 'dot', style: color(kind)}), h('b', {}, capital(title)),
        h('span', {class: 'soft'}, means), h('span', {class: 'num'}, number(list.length)),
      ], () => {
        const box = h('div');
        growing(box, list, 100, stateRow);
        return box;
      }));
  }

  //--- One finding ------------------------------------------------------------

  function frame(finding) {
    if (!finding.shown) return null;
    const [first, last] = finding.shown, [from, to] = finding.mark;
    const end = Math.max(finding.line, finding.endLine), rows = [];
    for (let n = first; n <= last; ++n) {
      const text = lineOf(finding.file, n) ?? '';
      const begin = n === finding.line ? from - 1 : n > finding.line && n <= end ? 0 : text.length;
      const stop = n === end ? to - 1 : n >= finding.line && n < end ? text.length : 0;
      rows.push(h('div', {}, h('b', {}, n), text.slice(0, begin),
        stop > begin ? h('mark', {}, text.slice(begin, stop)) : null, text.slice(Math.max(begin, stop))));
    }
    return h('pre', {class: 'frame'}, rows);
  }

  /// `slot tp_call`, `encoder_call calls encode`: what a step says, briefly.
  const brief = message => message.replace(/^also (\w+) here, in '(.+?)'.*$/, '$2: $1')
    .replace(/ here$/, '').replace(/ enters$/, '').replace(/'/g, '');
  const sentence = text => /[.!?]$/.test(text) ? text : text + '.';
  const clip = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;

  /// Both threads, from where Python enters to where they meet.
  function threads(finding) {
    const first = [...finding.trace, {file: finding.file, line: finding.line, message: finding.function || finding.title}];
    const row = rowOf.get(finding.fingerprint);
    let second = finding.otherTrace;
    const same = !second.length && row;
    if (same) second = first;
    if (finding.trace.length === 0 && !second.length) return null;
    const lanes = second.length ? [first, second] : [first];
    const width = 740, step = 44, lane = width / lanes.length;
    const steps = Math.max(...lanes.map(l => l.length));
    const foot = row ? 58 : 6, height = 30 + steps * step + foot;
    const svg = h('svg', {class: 'threads', viewBox: '0 0 ' + width + ' ' + height, role: 'img',
      'aria-label': lanes.map((l, i) => 'thread ' + (i + 1) + ': ' + l.map(s => brief(s.message)).join(', then ')).join('; ')});
    // The place lies between the two lanes.
    const half = 104, meet = [lanes.length > 1 ? 16 + lane / 2 : 56 + half, height - 22];
    lanes.forEach((list, i) => {
      const x = i * lane + 16, top = 40 + (steps - list.length) * step;
      const last = top + (list.length - 1) * step;
      svg.append(h('text', {class: 'title', x: x - 8, y: 16}, 'Thread ' + (i + 1) + (i && same ? ', the same way' : '')));
      svg.append(h('path', {class: 'wire', d: 'M' + x + ' ' + (top - 16) + 'V' + last +
        (row ? 'V' + (last + 16) + 'Q' + x + ' ' + meet[1] + ' ' + (meet[0] + (i ? half : -half)) + ' ' + meet[1] : '')}));
      list.forEach((at, n) => {
        const y = top + n * step, end = n === list.length - 1;
        svg.append(h('g', {}, h('title', {}, at.message + ' (' + place(at) + ')'),
          h('circle', {class: end ? 'hit' : 'step', cx: x, cy: y, r: end ? 6 : 4.5}),
          h('text', {x: x + 16, y: y - 1}, clip(brief(at.message), Math.floor(lane / 8.2))),
          h('text', {class: 'small', x: x + 16, y: y + 14}, clip(place(at), Math.floor(lane / 7.4)))));
      });
    });
    if (row)
      svg.append(h('rect', {class: 'box', x: meet[0] - half, y: meet[1] - 16, width: 2 * half, height: 32, rx: 8}),
        h('text', {x: meet[0], y: meet[1] + 4.5, 'text-anchor': 'middle'}, clip(row.name, 25)));
    return h('div', {class: 'scroll'}, svg);
  }

  function fix(plan) {
    if (!plan) return null;
    const rows = plan.edits.flatMap(edit => [
      h('div', {class: 'soft'}, h('b', {}), place(edit)),
      ...(edit.old ? edit.old.split('\n').map(text => h('div', {class: 'del'}, h('b', {}, '−'), text)) : []),
      ...(edit.text ? edit.text.replace(/\n$/, '').split('\n').map(text => h('div', {class: 'ins'}, h('b', {}, '+'), text)) : []),
    ]);
    return [h('h4', {}, rows.length ? 'Fix, ' + plan.applicability : 'Fix'), h('p', {}, sentence(plan.title)),
      rows.length ? h('pre', {class: 'frame'}, rows) : null];
  }

  function inside(finding) {
    const drawn = threads(finding);
    const part = (title, text) => text ? [h('h4', {}, title), h('p', {}, sentence(text))] : null;
    const notes = h('ul', {class: 'notes'});
    growing(notes, finding.notes, 6, note => h('li', {}, note.message, h('span', {class: 'soft'}, ' ' + place(note)),
      lineOf(note.file, note.line) === undefined ? null
        : h('pre', {class: 'frame'}, h('div', {}, h('b', {}, note.line), lineOf(note.file, note.line)))));
    return h('div', {class: 'body'}, frame(finding),
      part('Why', finding.why), part('What to do', finding.help),
      drawn ? [h('h4', {}, drawn.querySelectorAll('.title').length > 1 ? 'How two threads meet' : 'How a thread gets here'), drawn] : null,
      finding.notes.length ? [h('h4', {}, 'See also'), notes] : null,
      fix(finding.fix));
  }

  /// Not the address itself: browsers take the focus from what that names.
  const cardId = print => 'finding-' + print;

  function card(finding) {
    const head = h('button', {type: 'button', class: 'head', 'aria-expanded': 'false', onclick: () => { setCurrent(box); toggle(box); }},
      h('span', {class: 'conf ' + finding.confidence}, finding.severity === 'note' ? 'note' : finding.confidence),
      h('span', {class: 'title'}, finding.title), h('span', {class: 'rule'}, finding.rule),
      h('span', {class: 'where'}, place(finding) + (finding.function ? ' in ' + finding.function : '')));
    const link = h('a', {class: 'link', href: '#' + finding.fingerprint, title: 'Link to this finding',
      'aria-label': 'Copy the link to this finding', onclick: () => copyLink(link)}, '#');
    const box = h('article', {class: 'finding', 'data-print': finding.fingerprint, id: cardId(finding.fingerprint)}, head, link);
    return box;
  }

  function toggle(box, open = !box.querySelector('.body')) {
    box.querySelector('.body')?.remove();
    if (open) box.append(inside(cards.get(box.dataset.print)));
    box.querySelector('.head').setAttribute('aria-expanded', String(open));
    if (open) box.scrollIntoView({block: 'nearest'});
  }

  /// A browser that lets nobody write to the clipboard has the link in its
  /// address bar.
  function copyLink(link) {
    const said = text => {
      byId('copied').textContent = text;
      setTimeout(() => { byId('copied').textContent = ''; }, 4000);
    };
    const failed = () => said('The link is in the address bar');
    if (navigator.clipboard) navigator.clipboard.writeText(link.href).then(() => said('Link copied'), failed);
    else failed();
  }

  //--- The list of findings ---------------------------------------------------

  const filter = {text: byId('text'), rule: byId('rule'), file: byId('file'), group: byId('group')};
  let onlyRow = null, groups = [], groupList = null, current = null;
  for (const f of findings)
    f.hay = [f.title, f.function, f.entity, f.file, f.rule].join('\n').toLowerCase();

  function choices(select, key) {
    const counts = new Map();
    for (const f of findings) counts.set(f[key], (counts.get(f[key]) || 0) + 1);
    select.append(h('option', {value: ''}, 'all'), ...[...counts].sort((a, b) => a[0] < b[0] ? -1 : 1)
      .map(([name, n]) => h('option', {value: name}, name + ' (' + number(n) + ')')));
  }

  function matching() {
    const words = filter.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set([...byId('confidence').querySelectorAll(':checked')].map(box => box.value));
    return findings.filter(f => levels.has(f.confidence) &&
      (!filter.rule.value || f.rule === filter.rule.value) &&
      (!filter.file.value || f.file === filter.file.value) &&
      (!onlyRow || onlyRow.findings.includes(f.fingerprint)) &&
      words.every(word => f.hay.includes(word)));
  }

  /// The title of the group of \p f and what is said beside it.
  function groupOf(f) {
    if (filter.group.value === 'file') return [f.file, ''];
    if (filter.group.value === 'rule') return [f.rule, report.rules[f.rule] || ''];
    const row = rowOf.get(f.fingerprint);
    if (!row) return [f.file, ''];
    return [nameOf(row), row.kind + (row.line ? ', ' + place(row) : '')];
  }

  function draw() {
    const list = matching(), byTitle = new Map();
    for (const f of list) {
      const [title, beside] = groupOf(f), key = title + '\n' + beside;
      if (!byTitle.has(key)) byTitle.set(key, {title, beside, items: []});
      byTitle.get(key).items.push(f);
    }
    const worth = f => Levels.indexOf(f.confidence);
    for (const g of byTitle.values()) g.items.sort((a, b) => worth(a) - worth(b));
    groups = [...byTitle.values()].sort((a, b) =>
      worth(a.items[0]) - worth(b.items[0]) || b.items.length - a.items.length);
    byId('count').textContent = (list.length === findings.length ? many(list.length, 'finding')
      : number(list.length) + ' of ' + many(findings.length, 'finding')) + (onlyRow ? ' about ' + nameOf(onlyRow) : '');
    current = groupList = null;
    const box = byId('list');
    box.replaceChildren();
    if (!list.length)
      box.append(h('p', {class: 'empty'}, findings.length ? 'No finding matches the filters.' : 'No findings.'));
    else
      groupList = growing(box, groups, 40, group => {
        const section = h('section', {class: 'group', 'aria-label': group.title}, h('h3', {}, h('code', {}, group.title),
          h('span', {class: 'soft'}, group.beside), h('span', {class: 'num'}, number(group.items.length))));
        group.list = growing(section, group.items, 20, card);
        return section;
      });
  }

  /// Opens the finding that the address names, whatever the filters hide and
  /// the lists still hold back.
  function followAddress() {
    const print = location.hash.slice(1), finding = cards.get(print);
    if (!finding) {
      if (/^[0-9a-f]{16,}$/.test(print))
        byId('count').textContent += '. The address names one that is not in this report: ' + print;
      return;
    }
    if (!matching().includes(finding)) clear();
    const group = groups.find(({items}) => items.includes(finding));
    groupList.until(group);
    group.list.until(finding);
    const box = byId(cardId(print));
    setCurrent(box);
    toggle(box, true);
    box.querySelector('.head').focus({preventScroll: true});
    box.scrollIntoView({behavior: 'instant'});
  }

  function showOnly(row) {
    onlyRow = row;
    draw();
    byId('findings').scrollIntoView();
  }

  function clear() {
    filter.text.value = filter.rule.value = filter.file.value = '';
    for (const box of byId('confidence').querySelectorAll('input')) box.checked = true;
    onlyRow = null;
    draw();
  }

  function filters() {
    choices(filter.rule, 'rule');
    choices(filter.file, 'file');
    byId('confidence').append(h('div', {class: 'set'}, Levels.map(level => h('label', {},
      h('input', {type: 'checkbox', value: level, checked: true}), level))));
    byId('filters').addEventListener('input', () => { onlyRow = null; draw(); });
    byId('filters').addEventListener('submit', event => event.preventDefault());
  }

  //--- Keys -------------------------------------------------------------------

  function setCurrent(box) {
    current?.classList.remove('current');
    current = box;
    current.classList.add('current');
  }

  function move(by) {
    let all = [...document.querySelectorAll('.finding')];
    if (!all.length) return;
    let next = current ? all.indexOf(current) + by : 0;
    if (next >= all.length) { // what the lists still hold back
      const more = [...document.querySelectorAll('#list .more:not([hidden])')];
      if (!more.length) return;
      more[0].click();
      all = [...document.querySelectorAll('.finding')];
      next = current ? all.indexOf(current) + by : 0;
    }
    setCurrent(all[Math.max(0, Math.min(next, all.length - 1))]);
    current.querySelector('.head').focus({preventScroll: true});
    current.scrollIntoView({block: 'nearest'});
  }

  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  }

  const keys = {
    j: () => move(1), k: () => move(-1), d: theme, l: () => current?.querySelector('.link').click(),
    '/': () => filter.text.focus(), '?': () => byId('help').showModal(),
    Escape: clear,
  };
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId('help').open) return;
    const typing = event.target.matches('input[type=search], select');
    if (typing && event.key !== 'Escape') return;
    if (event.key === 'Enter' && current && !event.target.closest('button, summary, a')) {
      toggle(current);
    } else if (keys[event.key]) {
      keys[event.key]();
      if (typing) event.target.blur();
    } else {
      return;
    }
    event.preventDefault();
  });

  //--- Answers, sources -------------------------------------------------------

  function table(titles, rows) {
    const box = h('tbody'), around = h('div', {}, h('table', {}, heads(titles), box));
    growing(box, rows, 60, cells => h('tr', {}, cells.map(cell => h('td', {}, cell))), around);
    return around;
  }

  function answers() {
    byId('answers-body').append(report.answered.length
      ? table(['Where', 'Finding', 'Answer', 'Reason'], report.answered.map(a =>
        [place(a), a.title + ' [' + a.rule + ']', a.by, a.reason || '—']))
      : h('p', {class: 'empty'}, 'Nobody has answered a finding: no suppression, no reviewed list and no baseline hides one.'));
  }

  function sources() {
    const body = byId('sources-body'), c = report.coverage;
    for (const state of ['not read', 'read with errors', 'left out', 'read']) {
      const list = c.sources.filter(source => source.state === state);
      if (!list.length) continue;
      body.append(lazy({class: 'kind', open: state === 'not read'}, [h('b', {}, capital(state)),
        h('span', {class: 'soft'}), h('span', {class: 'num'}, number(list.length))],
        () => h('div', {class: 'inside'}, table(['File', ''], list.map(source => [source.file, source.why || ''])))));
    }
    if (c.notAnalysed.length)
      body.append(lazy({class: 'kind'}, [h('b', {}, 'Functions not analysed'), h('span', {class: 'soft'}), h('span', {class: 'num'}, number(c.notAnalysed.length))],
        () => h('div', {class: 'inside'}, table(['Function', 'Where'], c.notAnalysed.map(note => [note.message, place(note)])))));
    if (c.rulesOff.length)
      body.append(h('p', {}, 'Rules that were not asked for: ' + c.rulesOff.join(', ') + '.'));
    if (report.remarks.length)
      body.append(h('ul', {class: 'notes'}, report.remarks.map(remark =>
        h('li', {class: 'soft'}, (remark.file ? remark.file + ': ' : '') + remark.message))));
  }

  overview();
  state();
  filters();
  draw();
  answers();
  sources();
  followAddress();
  addEventListener('hashchange', followAddress);
  byId('theme').addEventListener('click', theme);
  byId('help-open').addEventListener('click', () => byId('help').showModal());
  // Paper has no buttons: all findings that match, up to a sensible number.
  addEventListener('beforeprint', () => {
    if (matching().length > 500) return;
    groupList?.all();
    for (const group of groups) group.list.all();
  });
})();
