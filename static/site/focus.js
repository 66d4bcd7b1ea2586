// The focus never falls to the page itself. Where what had it goes, the nearest of its kind gets it;
// where there is none, and after a click that led to another page, what the page is about.
'use strict';

(() => {
  const KEPT = 'popscope-at';
  const find = (selector) => document.querySelector(selector);
  const shown = (one) => one?.isConnected && !one.disabled
    && one.checkVisibility({ visibilityProperty: true });
  const lost = () => !document.activeElement || document.activeElement === document.body;
  const named = (one) => one.id || [one.getAttribute('formaction') ?? one.getAttribute('href')
    ?? one.form?.getAttribute('action'), one.value].join(' ');
  // Whether they are shown is asked of few: in rows out of sight it costs a layout each.
  const alike = (one, place) => [...place.querySelectorAll(one.tag)]
    .filter((other) => other.className === one.kind);

  // What had the focus, in words that hold on the next page too: its name, its kind, and how many of
  // its kind stand before it in each place that has an id.
  let [last, was] = [];
  const remember = (element) => {
    last = element;
    const popover = element.closest('[popover]');
    const one = (popover && find(`[popovertarget="${popover.id}"]`)) || element;
    was = { name: named(one), tag: one.tagName, kind: one.className, path: location.pathname, places: [] };
    if (one.rel) was.path = ''; // another page of the list begins at its top
    for (let up = one; (up = up.parentElement?.closest('[id]')) && up.id !== 'found';) { // too large
      was.places.push([up.id, alike(was, up).indexOf(one)]);
    }
  };
  const again = (one) => {
    let next = alike(one, document).find((other) => named(other) === one.name && shown(other));
    for (const [id, at] of one.places) {
      const place = document.getElementById(id);
      const left = place ? alike(one, place) : [];
      next ??= left.slice(at).find(shown) ?? left.slice(0, at).findLast(shown);
    }
    return next;
  };
  const land = () => {
    const reader = location.pathname.includes('/messages/') ? '#subject' : '#found';
    const place = [reader, '#found', '#subject', 'main h1', 'main'].map(find).find(shown);
    if (!place) return;
    if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  };

  let due = false;
  const look = () => {
    if (due || !was || !lost()) return;
    due = true;
    requestAnimationFrame(() => setTimeout(() => { // whoever took it away goes first
      due = false;
      if (!lost() || shown(last)) return;
      const next = again(was);
      if (next) next.focus();
      else land();
    }));
  };
  const CONTROL = 'a[href], button, input, select, summary, [tabindex]';
  for (const name of ['focusin', 'click']) {
    document.addEventListener(name, ({ target, isTrusted }) => {
      const control = isTrusted && target.closest?.(CONTROL); // no click that a key stands for
      if (control) remember(control);
    }, true);
  }
  document.addEventListener('focusout', look);
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });

  const say = (words) => setTimeout(() => { if (words) find('#status').textContent = words; }, 200);
  const arrive = (at) => {
    if (lost() && !find('[autofocus]')) {
      const same = at.path === location.pathname && again(at);
      const { top, bottom } = same ? same.getBoundingClientRect() : {};
      if (top >= 0 && bottom <= innerHeight) same.focus();
      else land();
    }
    const news = find('.news ul')?.textContent;
    if (at.name.includes('/mailbox/release')) say(find('#chip span').textContent);
    if (!at.name.includes('/mailbox/refresh')) return;
    const button = find('#again button');
    if (news !== at.news) say(news);
    if (!button || news !== at.news) return;
    say(button.dataset.none);
    const usual = button.textContent;
    button.textContent = button.dataset.none;
    setTimeout(() => { button.textContent = usual; }, 4000);
  };
  // Without storage each page begins at its beginning.
  window.addEventListener('pagehide', () => {
    try {
      if (was) sessionStorage.setItem(KEPT, JSON.stringify({ ...was, news: find('.news ul')?.textContent }));
    } catch { /* as said */ }
  });
  document.addEventListener('DOMContentLoaded', () => {
    try {
      const at = JSON.parse(sessionStorage.getItem(KEPT));
      sessionStorage.removeItem(KEPT);
      if (at) arrive(at);
    } catch { /* as said */ }
  });
})();
