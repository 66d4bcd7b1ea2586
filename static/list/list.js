// The list: its filter follows the typing, rows stay where they are.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const boxes = () => all('#marks input[name="id"]');
  const tell = (name) => document.body.dispatchEvent(new Event(`popscope:${name}`));

  // On a phone the bar stays in view for as long as something is selected, and no longer.
  const above = find('#filter');
  if (above) {
    new IntersectionObserver(([{ isIntersecting }]) => {
      document.body.classList.toggle('scrolled', !isIntersecting);
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
  // What asked for room is asked still, as long as the filter is its answer.
  const asking = (href) => {
    const [now, next] = [location.search, href.split('?')[1]].map((query) => new URLSearchParams(query));
    const goal = ['keep', 'free'].find((name) => now.get(name));
    return goal && now.get('q') && now.get('q') === next.get('q')
      ? `${href}&${goal}=${encodeURIComponent(now.get(goal))}` : href;
  };
  const move = ({ sourceElement, sourceEvent }) => {
    const shown = find('#found')?.dataset.href;
    const href = shown && asking(shown);
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
    const { sourceElement } = event.detail.ctx;
    if (event.detail.ctx.target?.id === 'found') {
      move(event.detail.ctx);
      tell('list');
      tellList();
    }
    if (sourceElement?.id === 'progress') tell('rows');
    if (find('#fault .wrong')) {
      find('#q').setAttribute('aria-invalid', 'true');
      find('#list').scrollTop = 0; // what is said of it stands there
    } else find('#q')?.removeAttribute('aria-invalid');
    tellAWhile();
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

  // What was typed or chosen before this script came; htmx begins in a moment.
  const [q, sort] = [find('#q'), find('#sort')];
  if (sort && (q.value !== q.defaultValue || !sort.selectedOptions[0].defaultSelected)) {
    setTimeout(() => above.requestSubmit());
  }

  if (location.search && find('#found')) setTimeout(tellList, 200);
  tellAWhile();
})();
