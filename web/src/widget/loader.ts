// What a site includes: a bubble, and at the first open the panel in a frame of the server's origin.

interface Tandem {
  open(): void;
  close(): void;
  setUser(jwt: string): void;
  setLanguage(language: string): void;
}

const page = window as Window & { tandem?: Tandem };

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const site = script?.dataset.site;
  if (!script || !site || page.tandem) return;
  const origin = new URL(script.src).origin;
  const kept: Record<string, string> = {};
  let language = script.dataset.language ?? document.documentElement.lang ?? navigator.language;
  let frame: HTMLIFrameElement | undefined;
  let ready = false;
  let unread = 0;
  let shown = false;

  const rightToLeft = () => /^(ar|he|fa|ur)\b/.test(language);
  const words = () =>
    language.startsWith('de') ? ['Chat öffnen', 'Chat schließen'] : language.startsWith('ar') ? ['فتح المحادثة', 'إغلاق المحادثة'] : ['Open chat', 'Close chat'];

  const host = document.createElement('div');
  const bubble = document.createElement('button');
  bubble.type = 'button';
  bubble.dataset.testid = 'bubble';
  bubble.setAttribute('aria-expanded', 'false');
  const put = (element: HTMLElement, style: Partial<CSSStyleDeclaration>) => Object.assign(element.style, style);
  put(bubble, {
    position: 'fixed', bottom: '20px', width: '58px', height: '58px', padding: '0', border: '0', borderRadius: '50%',
    background: script.dataset.colour ?? '#0f6b5c', color: '#fff', cursor: 'pointer', zIndex: '2147483646',
    boxShadow: '0 6px 24px rgba(10,30,26,.28)', display: 'grid', placeItems: 'center',
  });
  const badge = document.createElement('span');
  put(badge, {
    position: 'absolute', top: '-3px', right: '-3px', minWidth: '20px', height: '20px', borderRadius: '10px', display: 'none',
    background: '#b3261e', color: '#fff', font: '600 12px/20px system-ui, sans-serif', textAlign: 'center',
  });

  const icon = (path: string) => {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    const line = document.createElementNS(space, 'path');
    for (const [name, value] of Object.entries({ width: '26', height: '26', viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' })) svg.setAttribute(name, value);
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  };

  const draw = () => {
    const narrow = innerWidth < 480;
    const [openWord, closeWord] = words();
    bubble.replaceChildren(icon(shown ? 'M6 9l6 6 6-6' : 'M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12z'), badge);
    bubble.setAttribute('aria-label', (shown ? closeWord : openWord) + (unread && !shown ? ` (${unread})` : ''));
    bubble.setAttribute('aria-expanded', String(shown));
    badge.textContent = String(unread);
    badge.style.display = unread && !shown ? 'block' : 'none';
    const side = rightToLeft() ? 'left' : 'right';
    const other = rightToLeft() ? 'right' : 'left';
    put(bubble, { [side]: '20px', [other]: 'auto', visibility: shown && narrow ? 'hidden' : 'visible' });
    if (!frame) return;
    put(frame, narrow
      ? { inset: '0', width: '100%', height: '100%', borderRadius: '0' }
      : { inset: 'auto', bottom: '92px', [side]: '20px', width: '390px', height: 'min(640px, calc(100vh - 116px))', borderRadius: '18px' });
    frame.style.display = shown ? 'block' : 'none';
  };

  const tell = (message: Record<string, unknown>) => {
    if (ready) frame?.contentWindow?.postMessage({ tandem: 1, ...message }, origin);
  };

  const build = () => {
    frame = document.createElement('iframe');
    frame.title = 'Chat';
    frame.allow = 'clipboard-write';
    frame.src = `${origin}/widget/panel.html?site=${encodeURIComponent(site)}&origin=${encodeURIComponent(location.origin)}&language=${encodeURIComponent(language)}&page=${encodeURIComponent(location.href)}`;
    put(frame, { position: 'fixed', border: '0', zIndex: '2147483647', boxShadow: '0 16px 60px rgba(10,30,26,.3)', background: 'Canvas' });
    host.append(frame);
  };

  const show = (wanted: boolean) => {
    if (shown === wanted) return;
    shown = wanted;
    if (shown && !frame) build();
    if (shown) unread = 0;
    draw();
    tell({ type: 'shown', shown });
    if (shown) frame?.focus();
    else bubble.focus();
  };

  addEventListener('message', (event: MessageEvent) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow || event.data?.tandem !== 1) return;
    const { type } = event.data;
    if (type === 'ready') {
      ready = true;
      for (const [key, value] of Object.entries(kept)) tell({ type: key, value });
      tell({ type: 'shown', shown });
    } else if (type === 'close') show(false);
    else if (type === 'unread') {
      unread = shown ? 0 : Number(event.data.count) || 0;
      draw();
    }
  });
  addEventListener('resize', draw);
  bubble.addEventListener('click', () => show(!shown));

  const keep = (key: string, value: string) => {
    kept[key] = value;
    tell({ type: key, value });
  };
  page.tandem = {
    open: () => show(true),
    close: () => show(false),
    setUser: (jwt) => keep('user', jwt),
    setLanguage: (wanted) => {
      language = wanted;
      keep('language', wanted);
      draw();
    },
  };
  host.append(bubble);
  draw();
  const mount = () => document.body.append(host);
  if (document.body) mount();
  else addEventListener('DOMContentLoaded', mount);
})();
