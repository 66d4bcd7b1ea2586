// Counts down to the next try. It tries by itself only while "Keep trying" is pressed.
'use strict';

(() => {
  const KEEPING = 'popscope-tries'; // how often this tab has tried by itself
  const MOST = 20;
  const FOLLOWS = 3;
  const tries = () => Number(sessionStorage.getItem(KEEPING) ?? Number.NaN);
  const keeping = () => tries() < MOST;

  // What follows by itself, a few times at most: a server may count each try.
  const follow = (form) => {
    const key = `popscope-follow-${location.pathname}${location.search}`;
    const count = Number(sessionStorage.getItem(key)) + 1;
    if (count > FOLLOWS) return;
    sessionStorage.setItem(key, String(count));
    document.querySelector(form)?.requestSubmit();
  };

  const begin = (box) => {
    const [until, now, said, keep] = ['.until', '.now', '[role=status]', '.keep']
      .map((part) => box.querySelector(part));
    const clock = until.querySelector('time');
    const due = Date.now() + 1000 * Number(box.dataset.wait);
    const show = () => keep?.setAttribute('aria-pressed', String(keeping()));
    const again = () => {
      sessionStorage.setItem(KEEPING, String(tries() + 1));
      document.querySelector('#again')?.requestSubmit();
    };
    const tick = () => {
      const left = Math.ceil((due - Date.now()) / 1000);
      if (!box.isConnected) clearInterval(timer);
      if (left > 0) {
        clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
        return;
      }
      clearInterval(timer);
      until.hidden = true;
      now.hidden = false;
      said.textContent = said.dataset.due; // said once, not each second
      if (keep && keeping()) again();
      if (box.dataset.then) follow(box.dataset.then);
    };
    const timer = setInterval(tick, 1000);
    if (keep) {
      keep.hidden = false;
      if (tries() >= MOST) sessionStorage.removeItem(KEEPING);
      show();
      keep.addEventListener('click', () => {
        if (keeping()) sessionStorage.removeItem(KEEPING);
        else sessionStorage.setItem(KEEPING, '0');
        show();
        if (keeping() && !now.hidden) again();
      });
    }
  };

  const look = () => {
    for (const box of document.querySelectorAll('.waiting[data-wait]:not([data-counting])')) {
      box.dataset.counting = '';
      begin(box);
    }
  };
  // A page without a refusal: whoever kept trying is in.
  if (!document.querySelector('.waiting')) sessionStorage.removeItem(KEEPING);
  document.addEventListener('htmx:after:swap', look);
  look();
})();
