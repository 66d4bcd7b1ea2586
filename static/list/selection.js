// What is selected: it lives over pages, orders and filters of the list, in this tab. Marks are
// another thing, and the server's.
'use strict';

(() => {
  const MOST = 50_000; // that one form carries
  const RESTS = 500; // milliseconds that a finger rests on a row to select it
  const STRAYS = 10; // pixels
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const boxes = () => all('#marks input[name="id"]');
  const key = find('#live')?.dataset.key;
  if (!key) return;

  // Kept while another page is there; browsers that keep nothing for us do without.
  const KEPT = 'popscope-picked';
  let picked = new Set();
  let whole = null; // the filter of which all is selected, where that is too much to name
  let named = null; // the filter of which all was named
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (kept?.key === key) [picked, whole] = [new Set(kept.ids), kept.whole];
  } catch { /* as said */ }
  window.addEventListener('pagehide', () => {
    try { sessionStorage.setItem(KEPT, JSON.stringify({ key, whole, ids: [...picked] })); } catch { /* as said */ }
  });

  const write = (number) => number.toLocaleString(document.documentElement.lang);
  const filter = () => find('#matching').querySelector('[name="q"]').value;
  const keep = (box) => {
    if (!box.checked) {
      picked.delete(box.value);
      named = null;
    } else if (picked.size < MOST) {
      picked.add(box.value);
    }
  };

  // The one ticked last and the one before it are the ends of a range.
  const upto = Object.assign(document.createElement('button'), {
    id: 'upto', type: 'button', tabIndex: -1, textContent: find('#picked')?.dataset.upto,
  });
  let [last, before, shifted] = ['', '', false];
  const between = (list) => {
    const [from, to] = [before, last].map((id) => list.findIndex((one) => one.value === id));
    return from < 0 || to < 0 ? [] : list.slice(Math.min(from, to), Math.max(from, to) + 1);
  };
  const reach = () => {
    const { checked } = find(`#m-${last} .pick input`);
    for (const one of between(boxes())) {
      one.checked = checked;
      keep(one);
    }
  };

  const show = () => {
    const list = boxes();
    const page = find('#pickall input');
    if (!page) return;
    const every = find('#every');
    // Nothing is chosen by a filter other than the one above: neither a wrong one nor one whose list
    // has not come yet.
    const other = Boolean(find('#fault .wrong')) || find('#q').value.trim() !== find('#found').dataset.typed;
    page.disabled = other || !list.length;
    for (const one of all('#markall, #every input')) one.disabled = other;
    if (whole !== null && (other || whole !== filter())) whole = null;
    for (const box of list) {
      box.tabIndex = -1; // two stops a row are enough: the arrow keys lead there
      box.checked = whole !== null || picked.has(box.value);
    }
    const here = list.filter((box) => box.checked).length;
    page.classList.remove('unready');
    page.checked = here > 0 && here === list.length;
    page.indeterminate = here > 0 && !page.checked;
    const matching = Number(find('#matching').dataset.count);
    if (every) {
      every.hidden = !page.checked || named === filter();
      every.firstElementChild.checked = whole !== null;
    }
    const said = find('#picked');
    const total = whole === null ? picked.size : matching;
    const others = whole === null ? total - here : 0;
    const words = total ? said.dataset[others ? 'others' : 'picked']
      .replace('{n}', write(total)).replace('{others}', write(others)) : '';
    if (said.textContent !== words) said.textContent = words;
    find('.listhead').classList.toggle('picked', total > 0);
    // The range is offered at the row that it leads to.
    const range = between(list);
    const useful = range.at(0)?.checked && range.at(-1).checked && !range.every((one) => one.checked);
    if (!useful) upto.remove();
    else if (upto.parentElement?.id !== `m-${last}`) document.getElementById(`m-${last}`).append(upto);
  };
  const leave = () => { // what was pressed goes away
    show();
    find('#pickall input').focus({ preventScroll: true });
  };
  const clear = () => {
    picked.clear();
    whole = null;
    last = before = '';
    leave();
  };

  // All that match, on every page: by name where they are not too many, else by their filter.
  const pickEvery = async (on) => {
    whole = on ? filter() : null;
    if (!on) return;
    const asked = new URLSearchParams({ q: whole });
    const answer = await fetch(`${document.body.dataset.root}/mailbox/matching?${asked}`).catch(() => ({}));
    if (answer.status !== 200 || whole === null) return;
    for (const id of (await answer.text()).split(' ')) picked.add(id);
    [named, whole] = [whole, null];
    leave();
  };

  document.addEventListener('input', ({ target }) => { if (target.id === 'q') show(); });
  document.addEventListener('change', ({ target }) => {
    if (target.matches('#every input')) pickEvery(target.checked);
    if (target.matches('.pick input, #pickall input')) {
      const list = boxes();
      if (whole !== null) picked = new Set(list.filter((box) => box.checked).map((box) => box.value));
      whole = null;
      if (target.matches('#pickall input')) {
        for (const box of list) {
          box.checked = target.checked;
          keep(box);
        }
      } else {
        keep(target);
        [before, last] = [last, target.value];
        if (shifted) reach();
        shifted = false;
      }
    }
    if (target.closest('#found')) show();
  });
  document.addEventListener('click', (event) => {
    const { target } = event;
    // A label's click comes a second time, at its box, and may have lost the key.
    if (target.closest('.pick')) shifted = event.shiftKey || (shifted && target.matches('input'));
    if (target.closest('#unpick')) clear();
    if (target !== upto) return;
    reach();
    find(`#m-${last} .pick input`).focus();
    show();
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.key === ' ' && event.target.matches('.pick input')) shifted = event.shiftKey;
  });
  document.addEventListener('mousedown', (event) => {
    if (event.shiftKey && event.target.closest('.pick')) event.preventDefault(); // selects no text
  });

  // A finger that rests on a row selects it. The menu of links stays where it is asked for otherwise.
  let [resting, rested, start] = [0, false, null];
  const select = (row) => {
    clearTimeout(resting);
    rested = true;
    row.querySelector('.pick input').click();
  };
  const rowUnder = ({ target, pointerType }) => (
    pointerType === 'touch' && !target.closest('.pick, button') && target.closest('.rows .row'));
  const lift = () => clearTimeout(resting);
  document.addEventListener('pointerdown', (event) => {
    lift();
    rested = false;
    start = event;
    const row = event.isPrimary && rowUnder(event);
    if (row) resting = setTimeout(select, RESTS, row);
  });
  document.addEventListener('pointermove', (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STRAYS) lift();
  });
  document.addEventListener('pointerup', lift);
  document.addEventListener('pointercancel', lift);
  document.addEventListener('contextmenu', (event) => {
    const row = rowUnder(event);
    if (!row) return;
    event.preventDefault();
    if (!rested) select(row);
  });
  document.addEventListener('click', (event) => {
    if (!rested || !event.target.closest('.rows .what a')) return;
    rested = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // A form names what is selected in one field, whether the page shows it or not.
  document.addEventListener('formdata', ({ target, formData }) => {
    if (!target.matches('#marks')) return; // its own id is what a field is named
    formData.delete('id');
    if (whole === null && picked.size) formData.set('id', [...picked].join(' '));
  });

  document.addEventListener('htmx:after:swap', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement?.matches?.('#markpicked') && response?.raw.ok) clear();
    show();
  });
  window.addEventListener('pageshow', show);
  for (const box of boxes()) if (box.checked) keep(box); // ticked before this script came
  show();
})();
