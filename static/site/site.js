// Small comforts. Every page does its work without this file.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Dates are shown in the browser's time zone, from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { root } = document.body.dataset;
  const [prefix, secure] = location.protocol === 'https:' ? [root ? '__Secure-' : '__Host-', '; secure'] : ['', ''];
  const told = `${prefix}popscope-zone${root.replaceAll('/', '-')}=${zone}`;
  if (zone && !document.cookie.split('; ').includes(told)) {
    document.cookie = `${told}; path=${root || '/'}; max-age=31536000; samesite=lax${secure}`;
  }

  // How long the maildrop is held: counted on from what the server said.
  const started = new WeakMap();
  const tick = () => {
    for (const time of all('[data-held]')) {
      if (!started.has(time)) started.set(time, Date.now() - 1000 * Number(time.dataset.held));
      const seconds = Math.round((Date.now() - started.get(time)) / 1000);
      const two = (number) => String(number).padStart(2, '0');
      const hours = Math.floor(seconds / 3600);
      const minutes = Math.floor(seconds / 60) % 60;
      time.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
    }
  };
  setInterval(tick, 500);

  // Where the server wants a long time between two sign-ins, the mailbox is held while a page is open,
  // in front or not. Whoever signs out, or was signed out, says nothing more.
  const open = find('[data-open]')?.dataset.open;
  if (open) {
    const page = Math.random().toString(36).slice(2);
    let [saying, leaving] = [0, false];
    const say = async (left) => {
      const { status } = await fetch(`${open}?page=${page}${left ? '&left=1' : ''}`, { keepalive: left }).catch(() => ({}));
      if (status === 401) clearInterval(saying);
    };
    const begin = () => { saying = setInterval(say, 15_000); say(); };
    document.addEventListener('submit', ({ target }) => { leaving ||= target.matches('[action$="/signout"]'); });
    window.addEventListener('pagehide', () => {
      clearInterval(saying);
      if (!leaving) say(true);
    });
    begin();
  }

  // A form that brings a file leaves the page as it is; htmx would stop a form that it waits for.
  document.addEventListener('submit', (event) => {
    if (event.target.matches('#savemark, #export')) event.target.dispatchEvent(new Event('sent'));
  });

  // What is done once is sent once.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.dataset.once || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    const button = event.submitter;
    if (!button) return;
    button.dataset.label = button.textContent;
    // The second click of a double click must not land on what stands beside it.
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = form.dataset.once;
    button.setAttribute('aria-disabled', 'true');
  });

  // A page that comes back from the browser's cache may be out of date.
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    if (find('.topbar form')) {
      location.reload();
      return;
    }
    for (const form of all('form[data-sent]')) delete form.dataset.sent;
    for (const button of all('[data-label]')) {
      button.textContent = button.dataset.label;
      delete button.dataset.label;
      button.removeAttribute('aria-disabled');
    }
  });

  // "Back to messages" leads to where one was among them; the one that was open may be gone by now.
  const from = (() => {
    try { return JSON.parse(sessionStorage.getItem('popscope-from'))?.href; } catch { return null; }
  })();
  const back = /\/(receipt|console)$/.test(location.pathname) ? from?.replace(/^[^?]*/, `${root}/mailbox`) : from;
  const lead = () => {
    if (!back || find('#list')) return;
    for (const link of all('a[href$="/mailbox"]:not(.brand)')) link.href = back;
  };
  lead();

  // Copying: where the browser has no clipboard for us (plain HTTP), through a selection.
  const offerCopy = () => {
    for (const button of all('.unready[data-copy]')) button.classList.remove('unready');
  };
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      button.after(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    const { copied, label = button.textContent } = button.dataset;
    button.dataset.label = label;
    button.textContent = copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-copy]');
    const text = button && find(button.dataset.copy)?.textContent;
    if (text) copy(button, text);
  });
  document.addEventListener('popscope:copy', (event) => copy(event.target, event.detail));

  // The row of the open message follows the reader.
  const follow = () => {
    const open = find('#reader')?.dataset.id;
    const row = document.getElementById(`m-${open}`);
    for (const other of all('.row.current')) {
      if (other === row) continue;
      other.classList.remove('current');
      other.querySelector('.what a').removeAttribute('aria-current');
    }
    row?.classList.add('current');
    row?.querySelector('.what a').setAttribute('aria-current', 'true');
    for (const field of all('input[name="back"]')) {
      field.value = location.pathname + location.search;
    }
  };
  document.addEventListener('htmx:after:swap', (event) => {
    tick();
    offerCopy();
    lead();
    if (!find('#reader')) return;
    follow();
    const swapped = event.detail.ctx.target;
    const lost = document.activeElement === document.body
      || event.detail.ctx.sourceElement?.closest('.row');
    if (swapped?.id === 'reader' && lost) find('#subject')?.focus({ preventScroll: true });
  });

  // An answer that is no answer: say so, and stop asking.
  const stop = (event) => {
    const asker = event.detail?.ctx?.sourceElement ?? event.target;
    if (!['progress', 'fetch', 'saved', 'exporting', 'report'].includes(asker?.id)) return;
    const still = asker.cloneNode(true);
    for (const name of still.getAttributeNames()) {
      if (name.startsWith('hx-')) still.removeAttribute(name);
    }
    asker.replaceWith(still);
  };
  const unanswered = (event) => {
    const silent = find('#silent');
    if (silent) silent.hidden = false;
    stop(event);
  };
  document.addEventListener('htmx:response:error', stop);
  document.addEventListener('htmx:error', unanswered);
  // A refusal that is no page comes from the server or proxy around Popscope, and takes no place.
  document.addEventListener('htmx:before:response', (event) => {
    const { status, headers } = event.detail.ctx.response;
    if (status < 400 || headers.get('content-type')?.startsWith('text/html')) return;
    event.preventDefault();
    unanswered(event);
  });

  tick();
  offerCopy();
})();
