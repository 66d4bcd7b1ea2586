// Keeps an open page up to date: headers that come in, marks set in other tabs, the held lock, the
// transcript. One tab of a session holds the event stream and passes events on to the others: a
// browser opens six connections to a host, and a stream in each tab would use them up. Where there
// are no locks to settle which tab (plain HTTP off this machine), each tab asks now and then.
//
// Tells other parts, on document.body: popscope:headers, popscope:held, popscope:marks,
// popscope:listed, popscope:transcript, popscope:ended; detail is what the API's event carries.
'use strict';

(() => {
  const find = (selector) => document.querySelector(selector);
  const live = find('#live');
  if (!live) return;
  const { root } = document.body.dataset;

  const HIDDEN_FOR = 60_000; // milliseconds; then a hidden tab lets go of the stream
  const HEADERS_EVERY = 700;
  const ANSWERED = 300; // until then the answer to a click here tells the same
  const ASK_EVERY = 15_000; // without a stream
  const LINES = 1000; // of the transcript, in the page

  // Calls `act` soon, at most once in `pause` milliseconds, never twice at a time, and once more
  // for what happened meanwhile.
  const calmly = (act, pause) => {
    let [busy, again, due] = [false, false, 0];
    const call = () => {
      again = busy;
      if (busy) return;
      busy = true;
      setTimeout(async () => {
        due = Date.now() + pause;
        again = false;
        try {
          await act();
        } finally {
          busy = false;
          if (again) call();
        }
      }, Math.max(0, due - Date.now()));
    };
    return call;
  };

  // -- what an event does to this page ------------------------------------------------------------

  const newest = {};
  let chip = false;

  const look = calmly(() => find('#progress')?.dispatchEvent(new Event('look')), HEADERS_EVERY);

  const refresh = calmly(() => {
    const ids = (selector) => [...document.querySelectorAll(selector)].map((row) => row.id.slice(2)).join(',');
    const query = new URLSearchParams({
      on: ids('.rows .row.marked'),
      off: ids('.rows .row:not(.marked)'),
      listing: live.dataset.listing,
      chip,
    });
    chip = false;
    return htmx.ajax('GET', `${root}/mailbox/live?${query}`, { source: '#live', target: '#live', swap: 'innerHTML' });
  }, 150);

  const behind = () => {
    const box = find('#progress');
    const { progress } = newest;
    return box && progress && (progress.running || 'running' in box.dataset || find('.ask'));
  };

  const changed = (name, now) => {
    if (live.dataset[name] === String(now)) return false;
    live.dataset[name] = now;
    return true;
  };

  // Each tells whether this is news: a stream begins with how things are.
  const act = {
    progress: (data) => {
      const bar = find('#progress progress');
      if (bar && bar.max === data.total) bar.value = data.known;
      const news = behind();
      if (news) look();
      return news;
    },
    held: (data) => {
      if (!changed('held', data.revision)) return false;
      chip = true;
      refresh();
      return true;
    },
    marks: (data) => {
      if (live.dataset.marks === String(data.revision)) return false;
      setTimeout(() => { if (changed('marks', data.revision)) refresh(); }, ANSWERED);
      return true;
    },
    listed: (data) => {
      const news = data.listing !== Number(live.dataset.listing);
      if (news) refresh();
      return news;
    },
    transcript: () => {
      more();
      return true;
    },
    ended: () => {
      rest();
      const ended = find('#ended');
      const back = new URLSearchParams({ back: location.pathname + location.search });
      ended.querySelector('a').href = `/?${back}`;
      ended.hidden = false;
      return true;
    },
  };

  const receive = (name, data) => {
    newest[name] = data;
    if (!act[name](data)) return;
    const shown = name === 'progress' ? 'headers' : name;
    document.body.dispatchEvent(new CustomEvent(`popscope:${shown}`, { detail: data }));
  };

  // An answer that is but one step ahead tells all of it; if more, others have marked as well.
  document.addEventListener('htmx:after:swap', () => {
    const { revision } = find('#tray').dataset;
    if (Number(revision) === Number(live.dataset.marks) + 1) live.dataset.marks = revision;
  });

  // An answer that was on its way when the last header came shows what was before.
  document.addEventListener('htmx:after:swap', () => {
    const box = find('#progress');
    if (box && newest.progress && newest.progress.running !== 'running' in box.dataset) look();
  });

  document.addEventListener('htmx:response:error', (event) => {
    if (event.detail.ctx.response.status === 401) receive('ended', { reconnect: false });
  });

  // -- the stream ---------------------------------------------------------------------------------

  const name = `popscope-${live.dataset.key}`;
  const alone = !navigator.locks || !window.BroadcastChannel || !window.EventSource;
  let [awake, source, release, waiting, asking, channel] = [false];

  const ask = () => {
    clearInterval(asking);
    let rounds = 0;
    asking = setInterval(() => {
      if (document.hidden) return;
      if ('running' in (find('#progress')?.dataset ?? {}) || find('.ask')) look();
      if (++rounds % Math.round(ASK_EVERY / 2000)) return;
      chip = true;
      refresh();
      more();
    }, 2000);
  };

  const pass = (name, data) => {
    channel.postMessage({ name, data });
    receive(name, data);
  };

  const lead = () => new Promise((done) => {
    release = done;
    if (!awake) return done();
    source = new EventSource(`${root}/api/v1/events?lines=false`);
    for (const name of Object.keys(act)) {
      source.addEventListener(name, (event) => pass(name, JSON.parse(event.data)));
    }
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) ask(); // it was refused, and won't try again
    });
  });

  const wake = () => {
    awake = true;
    if (alone) {
      ask();
      return;
    }
    channel = new BroadcastChannel(name);
    channel.addEventListener('message', ({ data: { name, data } }) => {
      if (name) {
        receive(name, data);
      } else if (source) { // a tab that has just come wants to know how things stand
        for (const [name, data] of Object.entries(newest)) channel.postMessage({ name, data });
      }
    });
    channel.postMessage({});
    waiting = new AbortController();
    navigator.locks.request(name, { signal: waiting.signal }, lead).catch(() => {});
  };

  const rest = () => {
    awake = false;
    clearInterval(asking);
    waiting?.abort();
    source?.close();
    source = null;
    release?.();
    channel?.close();
  };

  let [away, leaving] = [0, false];
  document.addEventListener('visibilitychange', () => {
    clearTimeout(away);
    if (document.hidden) away = setTimeout(rest, HIDDEN_FOR);
    else if (!awake && !newest.ended && !leaving) wake();
  });
  window.addEventListener('pagehide', rest);

  // Once the session is given up, whatever the page still asked for would be refused.
  document.addEventListener('submit', ({ target }) => {
    if (!target.matches('[action$="/signout"]')) return;
    leaving = true;
    rest();
    for (const busy of document.querySelectorAll('.htmx-request')) busy.dispatchEvent(new Event('htmx:abort'));
  });
  document.addEventListener('htmx:before:request', (event) => { if (leaving) event.preventDefault(); });

  // -- the transcript -----------------------------------------------------------------------------

  const drawer = find('#transcript');
  const said = find('#said');

  const sift = () => {
    const text = find('#sayfind').value.toLowerCase();
    const side = find('#sayside').value;
    let shown = 0;
    for (const line of said.children) {
      line.hidden = (side && !line.classList.contains(side)) || !line.textContent.toLowerCase().includes(text);
      shown += !line.hidden;
    }
    find('#sayfound').textContent = text || side ? `${shown} / ${said.children.length}` : '';
  };

  const more = calmly(async () => {
    if (!drawer?.open) return;
    const first = !('full' in said.dataset);
    const atEnd = said.scrollHeight - said.scrollTop - said.clientHeight < 30;
    const after = first ? 0 : said.lastElementChild?.dataset.n ?? 0;
    await htmx.ajax('GET', `${root}/mailbox/transcript/lines?after=${after}`, {
      source: '#said', target: '#said', swap: first ? 'innerHTML' : 'beforeend',
    });
    said.dataset.full = '';
    while (said.children.length > LINES) said.firstElementChild.remove();
    sift();
    if (first || atEnd) said.scrollTop = said.scrollHeight;
  }, 400);

  const copy = async (button) => {
    const masked = button.form.elements.mask.checked ? '?mask=1' : '';
    const answer = await fetch(`${root}/mailbox/transcript${masked}`);
    if (answer.ok) {
      button.dispatchEvent(new CustomEvent('popscope:copy', { bubbles: true, detail: await answer.text() }));
    } else if (answer.status === 401) {
      receive('ended', { reconnect: false });
    }
  };

  if (drawer) {
    try {
      drawer.open ||= localStorage.getItem('transcript') === 'open'; // it may have been opened by hand
    } catch { /* no storage: closed */ }
    drawer.addEventListener('toggle', () => {
      try {
        localStorage.setItem('transcript', drawer.open ? 'open' : '');
      } catch { /* not remembered */ }
      more();
    });
    find('#sayfind').addEventListener('input', sift);
    find('#sayside').addEventListener('change', sift);
    find('#sayfind').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') event.preventDefault(); // the form sends the text file
    });
    more();
    find('#saycopy').addEventListener('click', (event) => copy(event.target));
  }

  wake();
})();
