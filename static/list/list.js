// The list: its filter follows the typing, ticks have ranges, rows stay where they are.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const boxes = () => all('#marks input[name="id"]');
  const tell = (name) => document.body.dispatchEvent(new Event(`popscope:${name}`));

  // Selected messages: how many, all of the page, all that match.
  const upto = find('#upto');
  let last = ''; // the one ticked last, and the one before it
  let before = '';
  const between = () => {
    const list = boxes();
    const [from, to] = [before, last].map((id) => list.findIndex((one) => one.value === id));
    return from < 0 || to < 0 ? [] : list.slice(Math.min(from, to), Math.max(from, to) + 1);
  };
  const count = () => {
    const list = boxes();
    const picked = list.filter((box) => box.checked).length;
    const whole = picked > 0 && picked === list.length;
    const page = find('#pickall input');
    if (!page) return;
    page.classList.remove('unready');
    for (const box of list) box.tabIndex = -1; // two stops a row are enough: the arrow keys lead there
    page.checked = whole;
    page.indeterminate = picked > 0 && !whole;
    const every = find('#every');
    if (every) {
      every.hidden = !whole;
      if (!whole) every.firstElementChild.checked = false;
    }
    const total = every?.firstElementChild.checked ? Number(find('#matching').dataset.count) : picked;
    const said = find('#picked');
    const words = picked ? said.dataset.picked
      .replace('{n}', total.toLocaleString(document.documentElement.lang)) : '';
    if (said.textContent !== words) said.textContent = words;
    find('.listhead').classList.toggle('picked', picked > 0);
    // Offered at the row that it leads to.
    const range = between();
    upto.hidden = !range.at(-1)?.checked || !range[0].checked || range.every((one) => one.checked);
    const row = document.getElementById(`m-${last}`);
    if (!upto.hidden && upto.parentElement !== row) row.append(upto);
  };

  // A range, from the one ticked before: with Shift, or by the button for it.
  let shifted = false;
  const reach = () => {
    const { checked } = find(`#m-${last} input`);
    for (const one of between()) one.checked = checked;
  };
  document.addEventListener('click', (event) => {
    const { target } = event;
    // A label's click comes a second time, at its box, and may have lost the key.
    if (target.closest('.pick')) shifted = event.shiftKey || (shifted && target.matches('input'));
    if (target === upto) {
      reach();
      find(`#m-${last} input`).focus();
      count();
    }
    if (target.closest('#unpick')) {
      for (const box of boxes()) box.checked = false;
      find('#pickall input').focus();
      count();
    }
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.key === ' ' && event.target.matches('.pick input')) shifted = event.shiftKey;
  });
  document.addEventListener('mousedown', (event) => {
    if (event.shiftKey && event.target.closest('.pick')) event.preventDefault(); // selects no text
  });
  document.addEventListener('change', (event) => {
    const box = event.target;
    if (box.matches('#pickall input')) for (const one of boxes()) one.checked = box.checked;
    if (box.matches('.pick input')) {
      [before, last] = [last, box.value];
      if (shifted) reach();
      shifted = false;
    }
    count();
  });

  // On a phone the bar stays in view for as long as something is selected, and no longer.
  const above = find('#filter');
  if (above) {
    new IntersectionObserver(([{ isIntersecting }]) => {
      document.body.classList.toggle('deep', !isIntersecting);
    }).observe(above);
  }

  // What was just done is told for a while, and longer while somebody is at it. Screen readers had
  // it at once, by the page's status.
  const TOLD_FOR = 8000; // milliseconds
  let [told, over, telling] = ['', '', 0];
  const leave = () => {
    if (find('#tray').matches(':hover, :focus-within')) {
      telling = setTimeout(leave, 1000);
      return;
    }
    over = told;
    find('#toast')?.classList.add('over');
  };
  const tellAWhile = () => {
    const toast = find('#toast');
    const change = toast?.dataset.change;
    if (!change) return;
    toast.classList.toggle('over', change === over);
    if (change === told) return;
    told = change;
    clearTimeout(telling);
    telling = setTimeout(leave, TOLD_FOR);
  };

  // What is on the screen goes along where the answer hangs on it.
  document.addEventListener('htmx:config:request', (event) => {
    const { ctx } = event.detail;
    const { request, sourceElement } = ctx;
    ctx.list = find('#found')?.dataset.href;
    if (sourceElement.matches('#order, #markpicked, #markall, .tray :is(form, button)')) {
      for (const box of boxes()) request.body.append('shown', box.value);
    }
  });

  // For ears: what the list holds now, and its order.
  const tellList = () => {
    const order = find('#sort')?.selectedOptions[0].text;
    const parts = ['#matched', '.pager span'].map((part) => find(part)?.textContent);
    find('#status').textContent = [...parts, order].filter(Boolean).join(', ');
  };

  // An answer about a list that was left meanwhile must not say what is marked in this one.
  document.addEventListener('htmx:before:swap', (event) => {
    const { ctx, tasks } = event.detail;
    if (ctx.list === find('#found')?.dataset.href) return;
    for (const task of [...tasks]) {
      const id = task.target?.id ?? task.target;
      if (/^#?(matching|undecided|order)$/.test(id)) tasks.splice(tasks.indexOf(task), 1);
    }
  });

  // Where one is stands in the address. Typing makes one step back, however long it takes; another
  // order is a step of its own.
  let typing = false;
  document.addEventListener('focusin', (event) => { if (event.target.id === 'q') typing = false; });
  const move = ({ sourceElement, sourceEvent }) => {
    const href = find('#found')?.dataset.href;
    if (!href || href === location.pathname + location.search) return;
    const typed = sourceElement.id === 'filter' && sourceEvent?.type !== 'change';
    if (typing && typed) history.replaceState({ htmx: true }, '', href);
    else history.pushState({ htmx: true }, '', href);
    typing = typed;
    find('#list').scrollTop = 0;
  };

  // Back and Forward: another message is fetched in place, another list is another page.
  const listOf = (href) => {
    const query = new URL(href, location.href).searchParams;
    return ['q', 'sort', 'page'].map((name) => query.get(name) ?? '').join('\n');
  };
  document.addEventListener('htmx:before:history:restore', (event) => {
    if (listOf(location.href) === listOf(find('#found').dataset.href)) return;
    event.preventDefault();
    location.reload();
  });

  document.addEventListener('htmx:after:swap', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (event.detail.ctx.target?.id === 'found') {
      move(event.detail.ctx);
      tell('list');
      tellList();
    }
    if (sourceElement?.id === 'progress') tell('rows');
    if (sourceElement?.matches?.('#markpicked, #markall') && response?.raw.ok) {
      for (const box of boxes()) box.checked = false;
      find('#pickall input').focus({ preventScroll: true }); // the button is gone
    }
    const wrong = find('#fault')?.childElementCount > 0;
    if (wrong) find('#q').setAttribute('aria-invalid', 'true');
    else find('#q')?.removeAttribute('aria-invalid');
    tellAWhile();
    count();
  });

  // Help is put away by a click elsewhere and by Escape.
  const put = (event) => {
    const help = find('#help');
    if (help?.open && (event.key === 'Escape' || (event.type === 'click' && !help.contains(event.target)))) {
      help.open = false;
      if (event.key === 'Escape') help.firstElementChild.focus();
    }
  };
  document.addEventListener('click', put);
  document.addEventListener('keydown', put);

  if (location.search && find('#found')) setTimeout(tellList, 200);
  window.addEventListener('pageshow', count);
  tellAWhile();
  count();
})();
