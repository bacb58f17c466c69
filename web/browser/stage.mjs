// What every story in a browser needs: pages whose faults count, desks that are logged in, customers
// on the shop's page, and a picture of each page when something fails.
//   node browser/STORY.mjs BASE_URL FOLDER_FOR_SCREENSHOTS
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE = 20_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

class Stage {
  faults = [];
  pages = new Map();

  constructor(base, folder, browser) {
    Object.assign(this, { base, folder, browser });
  }

  /** A page in a browser profile of its own; what it reports as an error is a fault. */
  async page(name, options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
    return this.tab(name, context);
  }

  /** One more page in the same profile. */
  async tab(name, context) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => this.faults.push(`${name}: ${error.message}`));
    page.on('console', (line) => {
      // Rules that are tried may be refused.
      const refused = /400/.test(line.text()) && line.location().url.endsWith('/v1/simulations');
      // Who lacks a second factor is told so.
      const lacking = /403/.test(line.text()) && line.location().url.endsWith('/v1/me');
      const expected = refused || lacking || /401|WebSocket/.test(line.text());
      if (line.type() === 'error' && !expected) this.faults.push(`${name}: ${line.text()}`);
    });
    this.pages.set(name, page);
    return page;
  }

  /** Somebody at their console. */
  async desk(user, options = {}) {
    const page = await this.page(user, options);
    await this.logIn(page, user);
    return page;
  }

  async logIn(page, user) {
    await page.goto(`${this.base}/`);
    await page.getByTestId('login-user').fill(user);
    await page.getByTestId('login-password').fill('tandem-demo');
    await page.getByTestId('login-submit').click();
    await page.getByTestId('presence').waitFor();
    await this.until(() => page.getByTestId('connection').getAttribute('data-state').then((state) => state === 'online'), `${user} is connected`);
  }

  /** A customer on the shop's page; `html` changes what the shop writes of itself. */
  async customer(name, options = {}) {
    const { html, ...rest } = options;
    const page = await this.page(name, { viewport: { width: 1100, height: 760 }, ...rest });
    if (html) {
      await page.route('**/demo.html', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: html(await response.text()) });
      });
    }
    await page.goto(`${this.base}/demo.html`);
    return new Customer(page, this);
  }

  /** A promise that is looked at once. */
  promise(kept, sentence) {
    if (!kept) this.faults.push(`not so: ${sentence}`);
  }

  same(found, wanted, sentence) {
    const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (one !== other) this.faults.push(`not so: ${sentence}\n  found  ${one}\n  wanted ${other}`);
  }

  /** Waits until something is so. */
  async until(condition, sentence) {
    const deadline = Date.now() + PATIENCE;
    while (!(await condition())) {
      if (deadline < Date.now()) throw new Error(`never so: ${sentence}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** Nothing of a page or frame is in the way of somebody who cannot see or use a mouse. */
  async accessible(frame, where) {
    await frame.evaluate(AXE);
    const { violations } = await frame.evaluate(() => globalThis.axe.run(document, { iframes: false, resultTypes: ['violations'] }));
    for (const { id, impact, help, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      this.faults.push(`${where}: ${impact} ${id}: ${help}\n${nodes.map((node) => `  ${node.html.slice(0, 160)}\n    ${node.failureSummary?.replaceAll('\n', ' ')}`).join('\n')}`);
    }
  }

  /** The same in both themes, without the way from one to the other. */
  async accessibleInBoth(page, where, frame = page) {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.accessible(frame, `${where}, ${colorScheme}`);
    }
  }

  /** The page fits its window: nothing to scroll but what is meant to. */
  async fits(page, where) {
    const over = await page.evaluate(() => ({ x: document.documentElement.scrollWidth - innerWidth, y: document.documentElement.scrollHeight - innerHeight }));
    this.promise(over.x <= 0 && over.y <= 0, `${where} fits its window (it is ${over.x} px too wide, ${over.y} px too high)`);
  }

  /** What somebody needs is in the window, whole, and nothing lies over it. */
  async inView(locator, what) {
    const seen = await locator.evaluate((element) => {
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const inside = -1 <= box.x && -1 <= box.y && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
      return inside && 0 < box.width && (element.contains(top) || top?.contains(element));
    });
    this.promise(seen, `${what} is in view`);
  }

  shot(page, name) {
    return page.screenshot({ path: `${this.folder}/${name}.png` });
  }
}

/** Who writes in the widget. */
class Customer {
  constructor(page, stage) {
    Object.assign(this, { page, stage });
    this.panel = page.frameLocator('iframe');
    this.composer = this.panel.getByTestId('composer');
    this.messages = this.panel.getByTestId('message');
  }

  get frame() {
    return this.page.frames().find((frame) => frame.url().includes('/widget/panel.html'));
  }

  async open() {
    const bubble = this.page.getByTestId('bubble');
    if ((await bubble.getAttribute('aria-expanded')) !== 'true') await bubble.click();
    await this.composer.or(this.panel.getByTestId('start')).first().waitFor();
  }

  /** Past the form, as somebody called `name`. */
  async start(name) {
    await this.open();
    if (await this.panel.getByTestId('start').isVisible()) {
      if (name) await this.panel.locator('input[name="name"]').fill(name);
      await this.panel.getByTestId('start').click();
    }
    await this.composer.waitFor();
  }

  async say(text) {
    await this.composer.fill(text);
    await this.panel.getByTestId('send').click();
    await this.hears(text);
  }

  /** Waits for a text in the panel. */
  hears(text) {
    return this.panel.getByText(text).first().waitFor();
  }

  /** From the first words to a person, who takes it at `desk`. */
  async goesTo(desk, name, text) {
    await this.start(name);
    await this.say(text);
    await this.panel.getByTestId('request-person').click();
    await desk.getByTestId('offer-accept').first().click();
    await desk.getByTestId('transcript').getByText(text).first().waitFor();
  }
}

/** Plays a story, ends the browser, and fails when a promise was not kept. */
export async function play(story) {
  const [base, folder] = process.argv.slice(2);
  const name = basename(process.argv[1], '.mjs');
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
  const stage = new Stage(base, folder, browser);
  try {
    await story(stage);
  } catch (error) {
    stage.faults.push(error.stack);
    for (const [who, page] of stage.pages) await stage.shot(page, `failed-${name}-${who}`).catch(() => undefined);
  } finally {
    await browser.close();
  }
  if (stage.faults.length > 0) {
    console.error(stage.faults.join('\n'));
    process.exitCode = 1;
  }
}

/** Sends from a console's composer. */
export async function answer(desk, text) {
  await desk.getByTestId('composer').fill(text);
  await desk.getByTestId('send').click();
  await desk.getByTestId('transcript').getByText(text).first().waitFor();
}
