// Of the sign-in and the report form: the last server, which this browser remembers until it is told to
// forget it, and a look at the password. Neither the name nor the password is kept.
'use strict';

(() => {
  const KEY = `popscope-server${document.body.dataset.root}`;
  const find = (selector) => document.querySelector(selector);
  const form = find('#signin, #testing');
  if (!form) return;

  const fields = ['offered', 'server', 'port', 'security']
    .map((name) => form.elements[name]).filter((field) => field && field.type !== 'hidden');
  const value = (name) => form.elements[name]?.value.trim() ?? '';
  const domain = () => value('username').split('@')[1]?.toLowerCase() ?? '';
  const usual = ({ options, defaultValue }) => (
    options ? ([...options].find((one) => one.defaultSelected) ?? options[0])?.value : defaultValue
  );
  let kept = null; // a browser may forbid to keep anything
  try { kept = JSON.parse(localStorage.getItem(KEY)); } catch { /* nothing is kept */ }

  const forget = find('#forget');
  if (kept && fields.length) {
    if (forget) forget.hidden = false;
    // Nothing was sent from it, and nothing chosen here before this script came.
    const own = fields.some((field) => field.value !== usual(field));
    if (!form.elements.username.defaultValue && !value('server') && !own) {
      for (const field of fields) {
        field.value = kept[field.name] ?? usual(field);
        if (field.selectedIndex === -1) field.value = usual(field); // no longer offered
      }
      form.dataset.kept = kept.domain ?? '';
    }
  }
  forget?.addEventListener('click', () => {
    localStorage.removeItem(KEY);
    delete form.dataset.kept;
    forget.hidden = true;
    for (const field of fields) {
      field.value = usual(field);
      field.dispatchEvent(new Event('input'));
    }
    fields[0].focus();
  });
  form.addEventListener('submit', () => {
    if (!value('server') && ['', 'other'].includes(value('offered'))) return; // it is found anew
    const place = Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...place, domain: domain() }));
    } catch { /* it is not kept */ }
  });

  const show = find('#show');
  const reveal = (shown) => {
    form.elements.password.type = shown ? 'text' : 'password';
    show.setAttribute('aria-pressed', shown);
  };
  show.hidden = false;
  show.addEventListener('click', () => reveal(form.elements.password.type === 'password'));
  form.addEventListener('submit', () => reveal(false));
})();
