// Progressive enhancement only: every page works without this file, which makes it quicker.
// Behaviour hangs on data- attributes; all texts come from the page (#script-texts), so that they pass the catalogue.
//   [data-rows]      a list one moves in by keys; [data-row] one entry, the unit that is saved and swapped
//   [data-save]      any other unit that saves itself (the detail beside the list)
//   [data-state]     where a unit says saving, saved, offline, conflict
//   [data-swap]      on a <template> of a response: the selector of the element that its content replaces
//   [data-more]      a link to the rows after those of the list, which are loaded as one comes near; [data-confirm] a
//                    button that the key c presses
//   [data-poll-url]  asks for what others changed since the ledger index in data-ledger
//   [data-autosubmit] a filter form; its value selects the part of the page to renew
//   [data-finder]    the search dialog; [data-finder-results] the list that the server writes into it
//   [data-events-url] the stream of what others change; [data-live-record], [data-live-list] what it renews
//   [data-guard]     a form that warns before unsaved changes are lost
'use strict';
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
  const texts = find('#script-texts')?.dataset ?? {};
  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), texts[key] ?? '');

  const request = { credentials: 'same-origin', headers: { Accept: 'text/html', 'X-Requested-With': 'concord' } };
  const fragment = (url) => fetch(url, request);
  const post = (url, form, submitter) =>
    fetch(url, { ...request, method: 'POST', body: new URLSearchParams(new FormData(form, submitter)) });

  let announceTimer = 0;
  function announce(text) {
    const status = find('[data-status]');
    if (!status || !text) return;
    clearTimeout(announceTimer);
    status.textContent = '';
    announceTimer = setTimeout(() => { status.textContent = text; }, 80);
  }

  // ── Fragments ────────────────────────────────────────────────────────────────────────────────────────────────

  function parse(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const swaps = findAll('template[data-swap]', holder.content);
    swaps.forEach((swap) => swap.remove());
    return { first: holder.content.firstElementChild, swaps };
  }

  /// Remembers what has the focus inside a node, in terms that survive when the node is written anew.
  function rememberFocus(node) {
    const active = document.activeElement;
    if (!active || !node.contains(active)) return () => {};
    const { id, name, value, type } = active;
    const isChoice = type === 'radio' || type === 'checkbox';
    const selection = active.tagName === 'TEXTAREA' ? [active.selectionStart, active.selectionEnd] : null;
    const form = active.form ? findAll('form', node).indexOf(active.form) : -1;
    return (fresh) => {
      const root = (form >= 0 && findAll('form', fresh)[form]) || fresh;
      const byName = name && findAll('[name]', root).find(
        (control) => control.name === name && (!isChoice || control.value === value));
      const target = (id && document.getElementById(id)) || byName || fresh;
      target.focus({ preventScroll: true });
      if (selection && target.setSelectionRange) target.setSelectionRange(...selection);
    };
  }

  function replace(node, fresh) {
    const restoreFocus = rememberFocus(node);
    const isOpen = findAll('details[open]', node).map((details) => details.className);
    const wasCurrent = node.matches('[data-row][tabindex="0"]');
    findAll('details', fresh).forEach((details) => { if (isOpen.includes(details.className)) details.open = true; });
    fresh.classList.add('swapped');
    node.replaceWith(fresh);
    if (fresh.matches('[data-row]')) enterRow(fresh, wasCurrent);
    restoreFocus(fresh);
  }

  function applySwaps(swaps) {
    for (const swap of swaps) {
      const node = find(swap.dataset.swap);
      const fresh = swap.content.firstElementChild;
      if (!node || !fresh) continue;
      const isBusy = units.get(node)?.isBusy || findAll('*', node).some((part) => units.get(part)?.isBusy);
      if (!isBusy) replace(node, fresh);
      if (swap.dataset.by) noteChange(isBusy ? node : fresh, say('changedBy', { name: swap.dataset.by }));
    }
  }

  /// Says on an entry who changed it just now.
  function noteChange(node, text) {
    find('.changed-by', node)?.remove();
    const note = document.createElement('span');
    note.className = 'changed-by';
    note.textContent = text;
    (find('.what, th', node) ?? node).append(note);
    announce(text);
  }

  // ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────────

  const restMilliseconds = 2000;          // a note is saved after so long without a key
  const retryMillisecondsMax = 60000;
  const units = new WeakMap();            // element → { isBusy, isSending, isDirty, timer, submitter }
  const waiting = new Set();              // forms whose answer has not reached the server
  let retryMilliseconds = 2000;
  let retryTimer = 0;
  let answersReceived = 0;                // to what was saved: a poll that was asked before one may be older than it
  let pollsShown = 0;                     // and the other way round

  const unitOf = (element) => element.closest('[data-row], [data-save]');
  function stateOf(unit) {
    if (!units.has(unit)) units.set(unit, { isBusy: false, isSending: false, isDirty: false, timer: 0, submitter: null });
    return units.get(unit);
  }

  function show(unit, key, isBad = false) {
    const place = find('[data-state]', unit);
    if (!place) return;
    place.textContent = say(key);
    place.classList.toggle('bad', isBad);
    unit.dataset.saveState = key;
  }

  function touch(form, delay) {
    const unit = unitOf(form);
    const state = stateOf(unit);
    state.isBusy = state.isDirty = true;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => send(form), delay);
  }

  async function send(form, submitter = null) {
    const unit = unitOf(form);
    if (!unit || !unit.isConnected) return;
    const state = stateOf(unit);
    clearTimeout(state.timer);
    state.isBusy = state.isDirty = true;
    if (submitter) state.submitter = submitter;
    if (state.isSending) return;          // sent again when the answer to the first is here
    state.isSending = true;
    state.isDirty = false;
    show(unit, 'saving');
    const chosen = state.submitter;
    const pollsBefore = pollsShown;
    state.submitter = null;
    let response, html;
    try {
      response = await post(chosen?.hasAttribute('formaction') ? chosen.formAction : form.action, form, chosen);
      if ([502, 503, 504].includes(response.status)) throw new Error('not reachable');
      html = await response.text();
    } catch {
      state.isSending = false;
      state.submitter = chosen;
      return queue(form, unit);
    }
    state.isSending = false;
    settle(form);
    received(form, unit, state, response, html);
    if (pollsShown !== pollsBefore) polls.forEach((ask) => ask());
  }

  function received(form, unit, state, response, html) {
    answersReceived += 1;
    if (response.status === 401 || response.redirected) return fail(unit, state, 'signedOut');
    if (![200, 409, 422].includes(response.status)) return fail(unit, state, 'notSaved');
    const { first, swaps } = parse(html);
    if (state.isDirty && response.status === 200) {   // changed again meanwhile: keep the input, take over the version
      const fresh = first && find('[name=version]', first);
      const version = find('[name=version]', form);
      if (fresh && version) version.value = fresh.value;
      send(form);
    } else {
      state.isBusy = state.isDirty = false;
      if (first?.matches('[data-row], [data-save]')) {
        replace(unit, first);
      } else if (first) {
        find('.row-notice', unit)?.remove();
        first.classList.add('row-notice');
        unit.append(first);
      }
      const key = { 200: 'saved', 409: 'conflict', 422: 'invalid' }[response.status];
      const shown = first?.matches('[data-row], [data-save]') ? first : unit;
      if (response.status === 200) shown.dataset.saveState = key; else show(shown, key, true);
      announce(say(key));
    }
    applySwaps(swaps);
  }

  function fail(unit, state, key) {
    state.isBusy = state.isDirty = true;  // what stands in the form is not stored: keep it from being swapped away
    show(unit, key, true);
    announce(say(key));
  }

  function queue(form, unit) {
    waiting.add(form);
    show(unit, 'offline', true);
    showWaiting();
    clearTimeout(retryTimer);
    retryTimer = setTimeout(flush, retryMilliseconds);
    retryMilliseconds = Math.min(retryMilliseconds * 2, retryMillisecondsMax);
  }

  function settle(form) {
    retryMilliseconds = 2000;
    if (waiting.delete(form)) showWaiting();
  }

  async function flush() {
    for (const form of [...waiting]) {
      if (!form.isConnected) { waiting.delete(form); continue; }
      await send(form);
      if (waiting.has(form)) break;       // still not reachable
    }
    showWaiting();
  }

  function showWaiting() {
    const notice = find('[data-waiting-notice]');
    if (!notice) return;
    const text = waiting.size ? say('waiting', { n: waiting.size }) : '';
    notice.hidden = !waiting.size;
    const place = find('[data-waiting-text]', notice);
    if (place.textContent === text) return;
    place.textContent = text;
    announce(text || say('online'));
  }

  document.addEventListener('change', (event) => {
    const form = event.target.form;
    if (form && unitOf(form) && !event.target.closest('[data-manual]')) touch(form, 0);
  });
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (event.target.tagName === 'TEXTAREA' && form && unitOf(form)) touch(form, restMilliseconds);
  });
  document.addEventListener('submit', (event) => {
    if (!unitOf(event.target) || event.target.matches('[data-plain]')) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  addEventListener('online', flush);
  addEventListener('beforeunload', (event) => {
    if (waiting.size || findAll('[data-row], [data-save]').some((unit) => units.get(unit)?.isBusy)) event.preventDefault();
  });

  // ── Moving in the rows ───────────────────────────────────────────────────────────────────────────────────────

  const controls = 'a[href], button, input, select, textarea, summary';

  /// One row at a time is in the tab order, with its controls (roving tabindex).
  function enterRow(row, isCurrent) {
    row.tabIndex = isCurrent ? 0 : -1;
    findAll(controls, row).forEach((control) => {
      if (isCurrent) control.removeAttribute('tabindex'); else control.tabIndex = -1;
    });
  }

  function makeCurrent(row) {
    const list = row.closest('[data-rows]');
    if (!list || row.tabIndex === 0) return;
    findAll('[data-row][tabindex="0"]', list).forEach((other) => enterRow(other, false));
    enterRow(row, true);
  }

  async function move(row, step) {
    const list = row.closest('[data-rows]');
    const beside = () => { const rows = findAll('[data-row]', list); return rows[rows.indexOf(row) + step]; };
    if (!beside() && step < 0) find('[data-before]', list)?.click();
    if (!beside() && step > 0) await loadMore(find('[data-more]', list));
    const next = beside();
    if (!next) return;
    makeCurrent(next);
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  /// Puts the next rows of a long list under those that stand there.
  async function loadMore(link) {
    if (!link || link.dataset.isLoading) return;
    link.dataset.isLoading = 'true';
    const response = await fragment(link.href).catch(() => null);
    const fresh = response?.ok && !response.redirected && parse(await response.text()).first;
    if (!fresh || !link.isConnected) { delete link.dataset.isLoading; return; }
    find('[data-goes-on]', fresh)?.remove();
    const rows = findAll('[data-row]', fresh);
    const next = find('[data-more]', fresh);
    link.parentElement.replaceWith(...fresh.childNodes);
    rows.forEach((row) => enterRow(row, false));
    if (next) awaitMore(next);
  }

  const sight = new IntersectionObserver(
    (entries) => entries.forEach((entry) => { if (entry.isIntersecting) loadMore(entry.target); }),
    { rootMargin: '1200px' });
  const awaitMore = (link) => sight.observe(link);

  /// Answers the part that has the focus, or every part of the row.
  function answer(row, key) {
    const part = document.activeElement.closest('fieldset');
    const choices = findAll(`input[data-key="${key}"]:not(:disabled)`, part && row.contains(part) ? part : row);
    if (!choices.length) return announce(say('notPossible'));
    choices.forEach((choice) => { choice.checked = true; });
    touch(choices[0].form, 0);
  }

  function reveal(control) {
    if (!control) return;
    control.closest('details')?.setAttribute('open', '');
    control.focus();
  }

  const keys = {
    j: (row) => move(row, 1),
    k: (row) => move(row, -1),
    m: (row) => reveal(find('[name=maturity]', row)),
    n: (row) => reveal(find('textarea[name=note]', row)),
    e: (row) => find('a[data-evidence]', row)?.click(),
    c: (row) => find('[data-confirm]', row)?.click(),
    o: (row) => find('a[data-open]', row)?.click(),
    f: () => reveal(find('[data-filter] :is(select, input:not([type=hidden]))')),
    '?': () => find('#keys')?.showPopover(),
  };

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches?.('textarea, select, input:not([type=radio]):not([type=checkbox])');
    const asksFinder = event.ctrlKey || event.metaKey ? event.key === 'k' : event.key === '/' && !event.altKey && !isTyping;
    if (asksFinder && find('[data-finder]')) {
      event.preventDefault();
      return openFinder();
    }
    const list = event.target.closest?.('[data-rows]');
    const row = event.target.closest?.('[data-row]') ?? (list && find('[data-row][tabindex="0"]', list));
    if (event.key === 'Escape' && !find('[popover]:popover-open')) {
      const current = row ?? (event.target.closest?.('[data-detail]') && find('[data-rows] [data-row][tabindex="0"]'));
      return current?.focus();
    }
    if (!list || !row || list.dataset.rows === 'no-keys' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('textarea, select, input:not([type=radio]):not([type=checkbox])')) return;
    const act = keys[event.key] ?? (/^[1-5]$/.test(event.key) ? () => answer(row, event.key) : null);
    if (!act) return;
    event.preventDefault();
    makeCurrent(row);
    act(row);
  });

  document.addEventListener('focusin', (event) => {
    const row = event.target.closest('[data-rows] [data-row]');
    if (row) makeCurrent(row);
  });

  // ── Detail beside the rows, filters, polling ─────────────────────────────────────────────────────────────────

  document.addEventListener('click', async (event) => {
    const link = event.target.closest('a[data-open]');
    const panel = find('[data-detail]');
    if (!link || !panel?.offsetParent || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const response = await fragment(link.href).catch(() => null);
    if (!response?.ok || response.redirected) return location.assign(link.href);
    const { first, swaps } = parse(await response.text());
    if (!first) return;
    panel.replaceChildren(first);
    panel.scrollTop = 0;
    applySwaps(swaps);
    findAll('[data-row][aria-current]').forEach((row) => row.removeAttribute('aria-current'));
    link.closest('[data-row]')?.setAttribute('aria-current', 'true');
    announce(find('h2', panel)?.textContent);
  });

  document.addEventListener('change', (event) => {
    const form = event.target.form;
    if (form?.matches('[data-autosubmit]') && event.target.matches('select, [type=checkbox], [type=radio]')) renew(form);
  });

  async function renew(form) {
    const url = new URL(form.action, location.href);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
    const place = form.dataset.autosubmit && find(form.dataset.autosubmit);
    const response = place && await fetch(url, { credentials: 'same-origin' }).catch(() => null);
    if (!response?.ok || response.redirected) return location.assign(url);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = find(form.dataset.autosubmit, page);
    if (!fresh) return location.assign(url);
    replace(place, document.adoptNode(fresh));
    findAll('[data-rows]').forEach(prepareRows);
    history.replaceState(null, '', url);
    announce(find('[data-result-count]')?.textContent);
  }

  let isLive = false;                     // the event stream tells of changes at once
  const livePollMilliseconds = 60000;     // and then asking is only for what it might have missed
  const soonMilliseconds = 150;           // several changes that come together are asked for once
  const polls = [];

  function poll(source) {
    const everyMilliseconds = Number(source.dataset.pollSeconds || 4) * 1000;
    let pause = everyMilliseconds;
    let timer = 0, isAsking = false, asksAgain = false, isMissed = false, passedOver = 0;
    const plan = (milliseconds) => { clearTimeout(timer); timer = setTimeout(ask, milliseconds); };
    const ask = async () => {
      if (isAsking) { asksAgain = true; return; }
      isAsking = true;
      if (!document.hidden) {
        const url = new URL(source.dataset.pollUrl, location.href);
        url.searchParams.set('since', source.dataset.ledger ?? '0');
        const answersBefore = answersReceived;
        const asked = fragment(url).then(async (response) => ({ response, html: await response.text() }));
        const { response, html } = await asked.catch(() => ({}));
        isMissed = !response?.ok;
        pause = isMissed ? Math.min(pause * 2, retryMillisecondsMax) : everyMilliseconds;
        if (response?.ok && !response.redirected) {
          if (waiting.size) flush();
          // It may be older than what the page shows by now: but whoever saves all the time sees others' changes, too.
          const isOlder = answersReceived !== answersBefore;
          if (isOlder) asksAgain = true;
          passedOver = isOlder && passedOver < 2 ? passedOver + 1 : 0;
          if (!passedOver) {
            applySwaps(parse(html).swaps);
            pollsShown += 1;
            source.dataset.ledger = response.headers.get('Concord-Ledger') ?? source.dataset.ledger;
          }
        }
      }
      isAsking = false;
      plan(asksAgain ? soonMilliseconds : isLive && !isMissed ? Math.max(pause, livePollMilliseconds) : pause);
      asksAgain = false;
    };
    plan(pause);
    // What is asked already may have been answered before the change: it is asked once more afterwards.
    polls.push(() => { if (isAsking) asksAgain = true; else plan(soonMilliseconds); });
  }

  function prepareRows(list) {
    findAll('[data-row]', list).forEach((row, index) => enterRow(row, index === 0));
    findAll('[data-more]', list).forEach(awaitMore);
  }

  // ── Forms, theme, choosing rows ──────────────────────────────────────────────────────────────────────────────

  function guard(form) {
    let isDirty = false;
    const place = find('[data-form-state]', form);
    form.addEventListener('input', () => {
      if (!isDirty && place) place.textContent = say('unsaved');
      isDirty = true;
    });
    form.addEventListener('submit', () => { isDirty = false; });
    addEventListener('beforeunload', (event) => { if (isDirty) event.preventDefault(); });
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.matches('[data-theme-form]') || !event.submitter) return;
    event.preventDefault();
    document.documentElement.dataset.theme = event.submitter.value;
    findAll('button[name=theme]', form).forEach(
      (button) => button.setAttribute('aria-pressed', String(button === event.submitter)));
    post(form.action, form, event.submitter).catch(() => announce(say('notSaved')));
  });

  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-pick-all]')) return;
    findAll('.pick', event.target.closest('table')).forEach((pick) => { pick.checked = event.target.checked; });
  });

  // Shift and a click choose all rows from the last one that was clicked.
  let lastPick = null;
  document.addEventListener('click', (event) => {
    const pick = event.target.closest('.pick');
    if (!pick) return;
    const picks = findAll('.pick', pick.closest('table'));
    const [from, to] = [picks.indexOf(lastPick), picks.indexOf(pick)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) {
      picks.slice(from, to + 1).forEach((other) => { other.checked = pick.checked; });
    }
    lastPick = pick;
  });

  // A field of a bulk edit that somebody fills in is meant to be changed.
  document.addEventListener('input', (event) => {
    const row = event.target.closest('.bulk-field');
    const tick = row && find('[name=change]', row);
    if (tick && event.target !== tick) tick.checked = true;
  });

  // ── Finding anything ─────────────────────────────────────────────────────────────────────────────────────────

  let openFinder = () => {};

  function finder(dialog) {
    const form = find('form', dialog);
    const input = find('input', dialog);
    const results = find('[data-finder-results]', dialog);
    const options = () => findAll('[role=option]', results);
    let controller = null;

    function choose(option) {
      options().forEach((other) => other.setAttribute('aria-selected', String(other === option)));
      if (option) input.setAttribute('aria-activedescendant', option.id);
      else input.removeAttribute('aria-activedescendant');
      option?.scrollIntoView({ block: 'nearest' });
    }

    async function ask() {
      controller?.abort();                // what is typed now overtakes what was asked before
      controller = new AbortController();
      const url = new URL(form.action);
      url.searchParams.set('q', input.value);
      try {
        const response = await fetch(url, { ...request, signal: controller.signal });
        if (!response.ok || response.redirected) return;
        const html = await response.text();
        results.innerHTML = html;
        choose(options()[0]);
      } catch (error) {
        if (error.name !== 'AbortError') announce(say('offline'));
      }
    }

    openFinder = () => {
      if (!dialog.matches(':popover-open')) dialog.showPopover();
      input.value = '';
      input.focus();
      ask();
    };
    input.addEventListener('input', ask);
    dialog.addEventListener('keydown', (event) => {
      const all = options();
      const at = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
      const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
      if (next !== undefined) {
        event.preventDefault();
        choose(all[(next + all.length) % all.length]);
      } else if (event.key === 'Enter' && all[at]) {
        event.preventDefault();
        all[at].click();
      }
    });
  }

  // ── What others change ───────────────────────────────────────────────────────────────────────────────────────

  const offlineAfterMilliseconds = 5000;
  const leaveHiddenAfterMilliseconds = 30000;

  /// Hears of changes while the page is looked at; a hidden page gives its connection up.
  function listen(source) {
    let stream = null, last = source.dataset.ledger ?? '0', offlineTimer = 0, hiddenTimer = 0;
    const notice = find('[data-live-offline]');
    const showOffline = (isOffline) => { if (notice) notice.hidden = !isOffline; };
    const upTo = (event) => { last = event.lastEventId || last; };

    function connected(isConnected) {
      isLive = isConnected;
      clearTimeout(offlineTimer);
      if (isConnected) return showOffline(false);
      offlineTimer = setTimeout(
        () => showOffline(stream?.readyState === EventSource.CONNECTING || !navigator.onLine),
        offlineAfterMilliseconds);
    }

    function connect() {
      if (stream || document.hidden) return;
      stream = new EventSource(`${source.dataset.eventsUrl}?since=${last}`);
      stream.addEventListener('ready', (event) => { upTo(event); connected(true); });
      stream.addEventListener('change', (event) => { upTo(event); heard(JSON.parse(event.data)); });
      stream.addEventListener('reset', (event) => { upTo(event); heardMuch(); });
      stream.addEventListener('error', () => {
        connected(false);
        if (stream.readyState === EventSource.CLOSED) stream = null;   // refused: asking every few seconds goes on
      });
    }

    function leave() {
      stream?.close();
      stream = null;
      isLive = false;
      clearTimeout(offlineTimer);
    }

    document.addEventListener('visibilitychange', () => {
      clearTimeout(hiddenTimer);
      if (document.hidden) hiddenTimer = setTimeout(leave, leaveHiddenAfterMilliseconds); else connect();
    });
    addEventListener('offline', () => showOffline(true));
    addEventListener('online', () => { showOffline(false); connect(); });
    addEventListener('pagehide', leave);
    addEventListener('pageshow', connect);
    connect();
  }

  const assessmentTypes = ['answer', 'applicability', 'assessment', 'evidence', 'task', 'control'];
  const changedRows = new Map();          // id of a record in the list → what was heard of it
  const rowsMilliseconds = 200;
  let rowsTimer = 0, rowsPause = rowsMilliseconds, isRenewingRows = false;

  function heard(change) {
    const name = change.personName || say('somebody');
    if (assessmentTypes.includes(change.type)) polls.forEach((ask) => ask());
    const record = find(`[data-live-record="${change.id}"]`);
    if (record && change.version > Number(record.dataset.version)) renewRecord(change.id, name);
    const list = find(`[data-live-list="${change.type}"]`);
    if (list && document.getElementById(`r-${change.id}`)) {
      changedRows.set(change.id, name);
      renewRowsSoon();
    }
  }

  /// Too much happened while nobody listened: ask for all that the page shows.
  function heardMuch() {
    polls.forEach((ask) => ask());
    const list = find('[data-live-list]');
    if (!list) return;
    findAll('tr[id^="r-"]', list).forEach((row) => changedRows.set(row.id.slice(2), ''));
    renewRows();
  }

  async function presentPage() {
    const response = await fetch(location.href, { credentials: 'same-origin' }).catch(() => null);
    if (!response?.ok || response.redirected) return null;
    const html = await response.text().catch(() => null);
    return html === null ? null : new DOMParser().parseFromString(html, 'text/html');
  }

  function renewRowsSoon() {
    clearTimeout(rowsTimer);
    rowsTimer = setTimeout(renewRows, rowsPause);
  }

  async function renewRows() {
    if (isRenewingRows) return renewRowsSoon();       // one page after the other, so that the last one is the newest
    const list = find('[data-live-list]');
    if (!list) return;
    isRenewingRows = true;
    const changed = [...changedRows];     // what is heard from here on may not be in the page yet
    changedRows.clear();
    const page = await presentPage();
    isRenewingRows = false;
    rowsPause = page ? rowsMilliseconds : Math.min(rowsPause * 2, retryMillisecondsMax);
    if (!page || !list.isConnected) {     // not reachable, or the list is another one by now
      changed.filter(([id]) => !changedRows.has(id)).forEach(([id, name]) => changedRows.set(id, name));
      return renewRowsSoon();
    }
    for (const [id, name] of changed) {
      const row = document.getElementById(`r-${id}`);
      const fresh = page.getElementById(`r-${id}`);
      if (row && fresh) {
        document.adoptNode(fresh);
        const isChosen = find('.pick', row)?.checked;
        if (isChosen) find('.pick', fresh).checked = true;
        replace(row, fresh);
        if (name) noteChange(fresh, say('changedBy', { name }));
      } else if (row && name) {
        noteChange(row, say('leftList', { name }));
      }
    }
  }

  /// Shows the record as it is now, unless something on the page is being filled in.
  async function renewRecord(id, name) {
    const selector = `[data-live-record="${id}"]`;
    const isForm = find(selector).matches('[data-live-form]');
    const page = isForm ? null : await presentPage();
    let shown = find(selector);           // another change may have renewed it meanwhile
    if (!shown) return;
    const fresh = page && find(selector, page);
    const isInUse = find(':popover-open', shown) || shown.contains(document.activeElement.closest('form'));
    if (fresh && !isInUse && Number(fresh.dataset.version) > Number(shown.dataset.version)) {
      replace(shown, document.adoptNode(fresh));
      shown = fresh;
    }
    find('.live-note', shown)?.remove();
    const note = document.createElement('p');
    note.className = 'live-note';
    note.textContent = say(isForm ? 'changedForm' : 'changedBy', { name });
    shown.prepend(note);
    announce(note.textContent);
  }

  // Nothing is asked for while nobody looks.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) polls.forEach((ask) => ask()); });

  findAll('[data-rows]').forEach(prepareRows);
  findAll('[data-poll-url]').forEach(poll);
  findAll('form[data-guard]').forEach(guard);
  findAll('[data-finder]').forEach(finder);
  findAll('[data-events-url]').forEach(listen);
  find('[data-focus-first]')?.focus();    // the error summary of a form that came back
})();
