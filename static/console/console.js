// The console: what was typed comes back by the arrow keys, commands complete, links fill in.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const input = find('#line');
  if (!input) return;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const hint = find('#hint');
  const keys = matchMedia('(hover: hover)').matches ? hint.dataset.keys : '';
  const usual = `${hint.textContent} ${keys}`;
  const verbs = all('[data-verb]');
  let back = 0; // lines back in what was typed; 0 is the one being typed
  let draft = '';
  let sent = '';
  input.removeAttribute('list'); // its popup wants the arrow keys, too

  const explain = () => {
    const word = input.value.trim().split(/\s+/)[0].toUpperCase();
    const verb = verbs.find((one) => one.dataset.verb === word);
    for (const one of verbs) one.classList.toggle('on', one === verb);
    hint.textContent = verb
      ? `${verb.querySelector('dt code').textContent}: ${verb.querySelector('dd span').textContent}`
      : usual;
  };
  const fill = (line) => {
    input.value = line;
    input.setSelectionRange(line.length, line.length);
    input.focus();
    explain();
  };

  // Only what went to the server is in the dialogue, so only that comes back.
  const recall = (step) => {
    const typed = all('#dialogue [data-said]').map((one) => one.dataset.said);
    const wanted = Math.min(Math.max(back + step, 0), typed.length);
    if (wanted === back) return;
    if (!back) draft = input.value;
    back = wanted;
    fill(back ? typed[typed.length - back] : draft);
  };
  const complete = () => {
    const start = input.value.trimStart().toUpperCase();
    const verb = start && verbs.find((one) => one.dataset.line && one.dataset.verb.startsWith(start));
    if (!verb || verb.dataset.verb === start) return false;
    fill(verb.dataset.line);
    return true;
  };
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const taken = event.key === 'ArrowUp' ? (recall(1), true)
      : event.key === 'ArrowDown' ? (recall(-1), true)
        : event.key === 'Tab' && complete();
    if (taken) event.preventDefault();
  });
  input.addEventListener('input', () => {
    back = 0;
    explain();
  });

  document.addEventListener('click', (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    const link = plain && event.target.closest('a[data-line], a[data-cancel], .exchange pre a');
    if (!link) return;
    event.preventDefault();
    if ('cancel' in link.dataset) link.closest('section').remove();
    back = 0;
    fill(link.dataset.line ?? new URL(link.href).searchParams.get('line') ?? '');
  });

  // The field is empty at once: what is refused, a password perhaps, stays nowhere.
  const typing = (event) => event.detail?.ctx?.sourceElement?.id === 'typing';
  document.addEventListener('htmx:before:request', (event) => {
    if (!typing(event)) return;
    sent = input.value;
    input.value = '';
    back = 0;
  });
  document.addEventListener('htmx:finally:request', (event) => {
    const [asked, refused] = [find('#asked'), find('#refused')];
    input.ariaInvalid = refused && 'true';
    input.setAttribute('aria-describedby', refused ? 'refused hint' : 'hint');
    if (typing(event) && find('#stand[data-again]')) {
      fill(sent);
      input.select(); // the next line is typed over it
    }
    sent = '';
    if (event.detail?.ctx?.target?.id === 'dialogue') {
      find('.wirelog').scrollTop = 0; // its end: it grows upwards
      (asked ?? input).focus();
    }
    explain();
  });

  explain();
})();
