// Says so where a click waits for a sign-in: another program may have the mailbox. After four seconds
// the wait can be given up; the click is then answered that it was.
'use strict';

(() => {
  const PATIENCE = 4000; // milliseconds; then Cancel
  const TRIES = 5; // seconds in which a sign-in may begin after the click
  const first = document.querySelector('#first'); // what it says where nobody is signed in yet
  const FORMS = first ? '[data-once]' : ':not(#waiting *, [action$="/signout"])';
  let [asking, left, pages, requests] = [0, 0, false, 0];

  const end = () => {
    clearTimeout(asking);
    document.querySelector('#waiting')?.remove();
  };
  const tell = async (answer) => {
    const note = document.createRange().createContextualFragment(await answer.text()).firstElementChild;
    const [status, form] = [note.querySelector('[role]'), note.querySelector('form')];
    const words = status.textContent;
    status.textContent = ''; // what comes into a place that is there already is read out
    (document.querySelector('.topbar') ?? document.body.firstChild).after(note);
    status.textContent = words;
    const waited = 1000 * note.querySelector('[data-held]').dataset.held;
    setTimeout(() => { form.hidden = false; }, Math.max(0, PATIENCE - waited));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!first) fetch(form.action, { method: 'POST', redirect: 'manual' });
    });
  };
  const ask = async () => {
    const answer = first ? new Response(first.innerHTML) : await fetch(`${document.body.dataset.root}/mailbox/waiting`).catch(() => ({}));
    if (!pages && !requests) return;
    const waits = answer.status === 200;
    if (!waits) document.querySelector('#waiting')?.remove();
    else if (!document.querySelector('#waiting')) await tell(answer);
    left = waits ? TRIES : left - 1;
    if (left > 0) asking = setTimeout(ask, 1000);
    else pages = false;
  };
  const begin = () => {
    clearTimeout(asking);
    if (first) end();
    left = TRIES;
    asking = setTimeout(ask, 1000);
  };

  // A page that is on its way: a link, or a form, that nothing else has taken.
  for (const kind of ['click', 'submit']) {
    document.addEventListener(kind, (event) => {
      const goes = kind === 'submit' ? event.target.matches(FORMS)
        : !first && event.target.closest('a[href^="/"]:not([download])');
      if (!goes || event.defaultPrevented) return;
      pages = true;
      begin();
    });
  }
  window.addEventListener('pagehide', end);
  if (first) return;
  document.addEventListener('htmx:before:request', () => {
    requests += 1;
    if (requests === 1) begin();
  });
  document.addEventListener('htmx:finally:request', () => {
    requests -= 1;
    if (!requests && !pages) end();
  });
})();
