// Facets beside the list: they follow its filter, and whoever stands on one stays there.
'use strict';

(() => {
  const column = () => document.querySelector('.map .space');
  let filter = location.search;
  let kept = '';
  document.addEventListener('htmx:before:swap', (event) => {
    if (event.detail.ctx.target?.id !== 'grouped') return;
    const focused = document.activeElement;
    kept = column().contains(focused) ? focused.getAttribute('href') : '';
  });
  document.addEventListener('htmx:after:swap', (event) => {
    if (event.detail.ctx.target?.id === 'grouped') {
      if (!kept || column().contains(document.activeElement)) return;
      const links = [...column().querySelectorAll('a')];
      links.find((a) => a.getAttribute('href') === kept)?.focus({ preventScroll: true });
      return;
    }
    // The address follows the swap.
    setTimeout(() => {
      if (!column() || location.search === filter) return;
      filter = location.search;
      document.body.dispatchEvent(new CustomEvent('popscope:filtered'));
    });
  });
})();
