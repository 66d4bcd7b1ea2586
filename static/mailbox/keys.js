// Keys for those who keep their hands on the keyboard. None of them deletes anything: the commit
// is a button, which no key here presses or moves to.
'use strict';

(() => {
  const ROW = '.rows .row, tr[data-row]';
  const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, End: 1e6, Home: -1e6 };
  const PREFIX = 1500; // ms in which a second key belongs to `g`
  const SORTS = { s: ['-size', 'size'], d: ['-date', 'date'], f: ['from'], t: ['subject'], n: ['number'] };
  const find = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll(ROW)];
  const linkOf = (row) => row.querySelector('.what a, td a');
  const here = () => location.pathname + location.search;

  // Browsers that keep nothing for us do without.
  const keep = (store, name, value) => {
    try { store.setItem(`popscope-${name}`, JSON.stringify(value)); } catch { /* as said */ }
  };
  const kept = (store, name) => {
    try { return JSON.parse(store.getItem(`popscope-${name}`)); } catch { return null; }
  };
  const [day, tab] = (() => {
    try { return [localStorage, sessionStorage]; } catch { return []; }
  })();

  // The row of the keys: that which has the focus, or had it before something was swapped.
  let lastRow = '';
  let anchor = '';
  document.addEventListener('focusin', (event) => {
    const row = event.target.closest(ROW);
    if (row) lastRow = row.id;
  });
  const focused = () => document.activeElement?.closest(ROW);
  const openId = () => find('#reader')?.dataset.id;
  const openRow = () => document.getElementById(`m-${openId()}`);
  const inReader = () => Boolean(openId() && document.activeElement?.closest('#pane'));
  const current = () => focused() ?? (inReader() ? openRow() : null)
    ?? document.getElementById(lastRow) ?? openRow();

  // A row's checkbox, link and button, of which Tab leaves out the first.
  const parts = (row) => [...row.querySelectorAll('input[name="id"], a, button')]
    .filter((one) => one.checkVisibility());
  const focus = (row, part) => {
    const one = row && (parts(row)[part] ?? linkOf(row));
    if (!one) return;
    one.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };
  const turn = (step) => {
    const way = find(step > 0 ? '.pager a[rel="next"]' : '.pager a[rel="prev"]');
    if (!way) return;
    keep(tab, 'land', { href: way.getAttribute('href'), edge: step });
    way.click();
  };
  const move = (step, turning = true) => {
    const list = rows();
    const at = list.indexOf(current());
    const part = focused() ? parts(focused()).indexOf(document.activeElement) : -1;
    let to = at < 0 ? 0 : at + step;
    if (!turning) to = Math.min(Math.max(to, 0), list.length - 1);
    if (list[to]) focus(list[to], part);
    else if (turning && list.length) turn(step);
    return list[to];
  };

  const tick = (row, on) => {
    const box = row?.querySelector('input[name="id"]');
    if (box && box.checked !== (on ?? !box.checked)) box.click(); // the ordinary events come along
  };
  const select = (range) => {
    const row = focused();
    if (!row) return move(0);
    const list = rows();
    const from = list.findIndex((one) => one.id === anchor);
    if (range && from >= 0) {
      const to = list.indexOf(row);
      for (const one of list.slice(Math.min(from, to), Math.max(from, to) + 1)) tick(one, true);
    } else {
      tick(row);
      anchor = row.id;
    }
    return true;
  };
  const extend = (step) => {
    const row = focused();
    if (row) tick(row, true);
    if (row && !anchor) anchor = row.id;
    tick(move(step, false), true);
  };

  const press = (row, kind) => {
    const button = inReader() ? document.getElementById(`do-${openId()}-open`)
      : row?.querySelector('.do button, button.unmark');
    if (button?.classList.contains(kind)) button.click();
    return button;
  };
  const mark = () => {
    if (inReader()) return press(null, 'danger');
    const row = focused();
    if (!row) return move(0);
    press(row, 'danger');
    return move(1, false);
  };
  const unmark = () => {
    const row = focused();
    if (press(row, 'unmark')?.classList.contains('unmark')) return;
    find('#tray:not([hidden]) #undo')?.click();
  };

  const sort = ([first, second]) => {
    const choice = find('select[name="sort"]');
    if (!choice) return;
    choice.value = choice.value === first && second ? second : first;
    choice.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const places = { m: '/review', l: '', w: '/space' };
  let prefixed = 0;
  const second = (key) => {
    const beside = key === 'w' && [...document.querySelectorAll('.map a')].find((one) => one.checkVisibility());
    if (SORTS[key]) sort(SORTS[key]);
    else if (beside) beside.focus();
    else if (key in places) location.assign(`${document.body.dataset.root}/mailbox${places[key]}`);
  };

  const dialog = find('#keys');
  const showKeys = () => {
    if (!dialog || dialog.open) return;
    find('#menu')?.hidePopover?.(); // first, so that the focus comes back to its button
    dialog.showModal();
    find('#keys-title').focus(); // its top, not its first control
  };
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (!opener || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showKeys();
  });
  const allowed = find('#keys-on'); // WCAG 2.1.4: single keys can be switched off
  if (allowed) {
    allowed.checked = kept(day, 'keys') !== false;
    allowed.addEventListener('change', () => keep(day, 'keys', allowed.checked));
  }

  // Where one came from: back from the reader or from another page, the list is where it was.
  const list = () => find('#list');
  const place = () => ({ page: scrollY, list: list().scrollTop });
  const put = (to) => {
    scrollTo(0, to.page ?? 0);
    if (list()) list().scrollTop = to.list ?? 0;
  };
  window.addEventListener('pagehide', () => {
    if (list()?.offsetParent) keep(tab, 'from', { href: here(), ...place() });
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.rows .what a');
    if (link) {
      keep(tab, 'from', { id: link.closest('.row').id, ...place() });
    }
    const back = event.target.closest('.back');
    if (back) keep(tab, 'land', { ...kept(tab, 'from'), href: back.getAttribute('href') });
  }, true);
  const leave = () => {
    const back = find('.back');
    const nowhere = document.activeElement.matches('body, #found, #list');
    if (!openId() || !(inReader() || nowhere)) return false;
    if (back?.offsetParent) back.click();
    else if (openRow()) focus(openRow());
    else list()?.focus({ preventScroll: true });
    return true;
  };
  const land = () => {
    const to = kept(tab, 'land');
    if (to?.href !== here()) return;
    try { tab.removeItem('popscope-land'); } catch { /* it was not kept either */ }
    if (to.edge) {
      focus(rows().at(to.edge > 0 ? 0 : -1));
      return;
    }
    const row = document.getElementById(to.id);
    if (!row) return;
    linkOf(row).focus({ preventScroll: true });
    put(to);
    row.scrollIntoView({ block: 'nearest' });
  };
  const comeBack = () => {
    const from = kept(tab, 'from');
    const [{ type } = {}] = performance.getEntriesByType('navigation');
    const aside = /\/(review|export|space|console|keys|report)\b/.test(document.referrer);
    if (from?.href === here() && (aside || type !== 'navigate')) put(from);
  };

  const once = (act) => (event) => { if (!event.repeat) act(event); };
  const KEYS = {
    j: (event) => (event.shiftKey ? extend(1) : move(1)),
    k: (event) => (event.shiftKey ? extend(-1) : move(-1)),
    x: once((event) => select(event.shiftKey)),
    d: once(mark),
    u: once(unmark),
    r: once(() => find('form[action$="/mailbox/refresh"] button')?.click()),
    g: () => { prefixed = Date.now(); },
    '/': () => {
      const filter = find('input[name="q"][type="search"]');
      filter?.focus();
      filter?.select();
    },
    '?': showKeys,
  };
  const typing = (element) => element.closest?.(
    'textarea, select, [contenteditable], input:not([type="checkbox"], [type="radio"])',
  );
  // What a key means, also where the letters on it are not Latin ones.
  const meaning = (event) => (/^[\x21-\x7e]$/.test(event.key) ? event.key
    : /^Key[A-Z]$/.test(event.code) && event.key.length === 1 ? event.code[3] : '').toLowerCase();

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.altKey || event.metaKey || find('dialog[open]')) return;
    if (event.key === 'ArrowDown' && event.target.matches('input[name="q"]') && rows().length) {
      event.preventDefault();
      focus(rows()[0]);
      return;
    }
    if (typing(event.target)) return;
    if (event.key === 'Escape') {
      if (leave()) event.preventDefault();
      return;
    }
    const row = focused();
    if ((row || event.target.id === 'found') && STEPS[event.key]) {
      event.preventDefault();
      if (row) move(STEPS[event.key], STEPS[event.key] ** 2 === 1);
      else focus(rows()[0]);
      return;
    }
    if (row && ['ArrowLeft', 'ArrowRight'].includes(event.key)) {
      event.preventDefault();
      const all = parts(row);
      const on = (event.key === 'ArrowRight') === (document.dir === 'ltr');
      all[all.indexOf(event.target) + (on ? 1 : -1)]?.focus();
      return;
    }
    const key = meaning(event);
    if (!key || (allowed && !allowed.checked)) return;
    const follows = Date.now() - prefixed < PREFIX;
    prefixed = 0;
    if (follows && (SORTS[key] || key in places)) {
      event.preventDefault();
      if (!event.repeat) second(key);
    } else if (Object.hasOwn(KEYS, key) && (key === '?' || !event.shiftKey || 'jkx/'.includes(key))) {
      event.preventDefault();
      KEYS[key](event);
    }
  });

  // What is marked takes room at the foot: what is in view and has the focus does not end up behind.
  const tray = find('#tray');
  if (tray) {
    new ResizeObserver(() => {
      const one = find(':focus-visible:not([tabindex="-1"])');
      const place = one && (focused() ?? one);
      const { top, bottom } = place?.getBoundingClientRect() ?? {};
      const behind = tray.offsetHeight && bottom > tray.getBoundingClientRect().top;
      if (behind && top < innerHeight + tray.offsetHeight) place.scrollIntoView({ block: 'nearest' });
    }).observe(tray);
  }

  // The title says how much is marked, whichever way the mark came.
  let said = find('#tray')?.dataset.said ?? '';
  const retitle = () => {
    const now = find('#tray')?.dataset.said ?? '';
    if (now === said) return;
    const rest = said && document.title.startsWith(said)
      ? document.title.slice(said.length + 3) : document.title;
    document.title = now && !rest.startsWith(now) ? `${now} · ${rest}` : rest;
    said = now;
  };
  document.addEventListener('htmx:after:swap', () => {
    retitle();
    land();
  });
  comeBack();
  land();
})();
