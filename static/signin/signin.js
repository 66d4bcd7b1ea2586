// The sign-in page: what is found for an address fills the fields that nobody has filled.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const typed = find('#username');
  const panel = find('#found');
  const form = find('#signin');
  // The first sign-in is given up: the server hears that the browser has gone.
  document.addEventListener('submit', ({ target }) => {
    if (!target.matches('#waiting form')) return;
    window.stop();
    for (const kind of ['pagehide', 'pageshow']) { // no more clock, and the form is as it was
      window.dispatchEvent(new PageTransitionEvent(kind, { persisted: true }));
    }
    find('#notes').textContent = target.dataset.end;
    find('#signin .go').focus();
  });
  if (!typed || !panel) return;

  find('#sought')?.remove(); // this script itself forgets what was found for another address

  const usual = { server: '', port: '', security: 'tls', login: '' };
  const fields = Object.keys(usual).map((name) => find(`#${name}`));
  const which = () => panel.querySelector('.which');
  const offered = find('#offered');
  // What a person has typed there; as long as there is any, nothing is filled in.
  const own = new Set(fields.filter(({ name, value }) => (
    value !== usual[name] && value !== which().dataset[name]
  )));
  // Nothing, where a person should look first: then the server asks, as it does without scripts.
  const sure = () => (which().matches('.doubt') ? {} : which().dataset);
  const fill = (found) => {
    if (own.size) return;
    for (const field of fields) field.value = found[field.name] || usual[field.name];
  };
  // The panel shows where the password will go, and not what was found instead.
  const name = () => {
    const [server, port, security] = fields;
    const picked = !['', 'other', undefined].includes(offered?.value);
    const named = !picked && own.size && server.value;
    let words = picked ? offered.selectedOptions[0].text : '';
    if (named) words = server.value + (port.value && `:${port.value}`);
    find('#chosen bdi').textContent = words;
    find('#chosen i').hidden = !named;
    find('#chosen span').textContent = !named ? ''
      : security.value === 'none' ? security.selectedOptions[0].text : security.value.toUpperCase();
    find('#chosen .last').hidden = form.dataset.kept === undefined;
    find('#chosen .own').hidden = form.dataset.kept !== undefined;
    find('.finder').classList.toggle('named', Boolean(words));
  };
  for (const field of fields) {
    field.addEventListener('input', () => {
      delete form.dataset.kept;
      if (field.name === 'server' && !field.value) own.clear();
      else own.add(field);
      name();
    });
  }
  offered?.addEventListener('input', () => {
    delete form.dataset.kept;
    if (!offered.value) own.clear(); // given back to the search
    fill(['', 'other'].includes(offered.value) ? sure() : {});
    name();
  });

  name();
  // Typed before this script came; htmx begins in a moment.
  if (typed.value !== typed.defaultValue) setTimeout(() => typed.dispatchEvent(new Event('input')));

  // An answer is for the address that it was asked for, and for no other.
  const forget = () => {
    if (which().dataset.for === typed.value) return;
    fill({});
    find('#notes').replaceChildren();
    const blank = find('#idle').content.cloneNode(true);
    if (/@[^@\s]+\.[^@\s.]{2,}$/.test(typed.value.trim())) {
      blank.querySelector('.muted').textContent = panel.dataset.looking;
    }
    panel.replaceChildren(blank);
  };
  typed.addEventListener('input', forget);
  document.addEventListener('htmx:after:swap', (event) => {
    if (event.detail.ctx.target !== panel) return;
    forget();
    if (which().dataset.for !== typed.value) return;
    // Another domain's server is a stronger word than the last one used.
    const domain = typed.value.split('@')[1]?.toLowerCase();
    if (which().dataset.server && ![undefined, domain].includes(form.dataset.kept)) {
      own.clear();
      if (offered) offered.value = '';
      delete form.dataset.kept;
    }
    fill(sure());
    name();
    // Nothing moves under the finger of somebody who is further on already.
    if ('opens' in which().dataset && document.activeElement === typed) find('#place').open = true;
  });
  // No answer came, and no newer question is under way: nothing is being looked for any more.
  document.addEventListener('htmx:finally:request', (event) => {
    const { sourceElement, status } = event.detail.ctx;
    if (sourceElement.id !== 'finding' || status.includes('AbortError')) return;
    if (which().matches('.idle')) panel.replaceChildren(find('#idle').content.cloneNode(true));
  });
})();
