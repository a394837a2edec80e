/**
 * The installed app in a real browser: it can be installed, takes pushes and answers them by their buttons,
 * and without a server shows the last state and of when it is. The push service is ours; what it would hand
 * to the browser goes in by the browser's own tools.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import type { PushMessage } from '../../src/notify/push-message.ts'
import { makeBrowser } from '../rigs/push-service.ts'
import { ADMIN, KEY } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)

const keys = makeBrowser()
const pushed: PushMessage[] = []
const pushedTo: string[] = []
let pushes: Server
let endpoint = ''
let directory = ''
let app: App
let context: BrowserContext
let page: Page
let tools: CDPSession
let registrationId = ''
const complaints: string[] = []

beforeAll(async () => {
  if (!isInstalled) return
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  directory = mkdtempSync(join(tmpdir(), 'allclear-installed-'))
  pushes = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      pushed.push(keys.read(Buffer.concat(chunks)))
      pushedTo.push(request.url ?? '')
      response.writeHead(201).end()
    })
  })
  await new Promise<void>((done) => pushes.listen(0, '127.0.0.1', done))
  endpoint = `http://127.0.0.1:${(pushes.address() as { port: number }).port}/ada`
  app = await startApp({
    config: readConfig({
      ALLCLEAR_DATA: join(directory, 'data'),
      ALLCLEAR_PORT: '0',
      ALLCLEAR_ADMIN_TOKEN: ADMIN,
      ALLCLEAR_EGRESS_ALLOW: '127.0.0.1',
    }),
    log: () => undefined,
    version: 'test',
    migrations: 'src/db/migrations',
    assets: readAssets(),
    beatMs: 50,
  })
  // Installing is not offered in a private window, so this one has a profile.
  context = await chromium.launchPersistentContext(join(directory, 'profile'), {
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  await context.grantPermissions(['notifications'], { origin: app.url })
  await context.addInitScript(pretendPushManager, { endpoint, keys: keys.keys })
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  tools = await context.newCDPSession(page)
})
afterAll(async () => {
  if (!isInstalled) return
  await context.close()
  await app.stop()
  await new Promise((done) => pushes.close(done))
  rmSync(directory, { recursive: true, force: true })
})

/** In the page: subscribes at our push service, for there is no other within reach. */
function pretendPushManager(given: { endpoint: string; keys: { p256dh: string; auth: string } }) {
  type Fake = { endpoint: string; options: object; toJSON(): object; unsubscribe(): unknown }
  let subscription: Fake | null = null
  if (!('PushManager' in globalThis)) return
  PushManager.prototype.getSubscription = async () => subscription as never
  PushManager.prototype.subscribe = async (options) => {
    const text = String(options?.applicationServerKey).replaceAll('-', '+').replaceAll('_', '/')
    const applicationServerKey = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer
    const endpoint = `${given.endpoint}${localStorage.getItem('moved') ?? ''}`
    subscription = {
      endpoint,
      options: { applicationServerKey },
      toJSON: () => ({ ...given, endpoint }),
      unsubscribe: async () => (subscription = null),
    }
    return subscription as never
  }
}

const run = (name: string, story: () => Promise<void>): void =>
  void test.runIf(isInstalled)(name, story, 120_000)

const trigger = (key: string, summary: string) =>
  fetch(`${app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: key,
      payload: { summary, source: 'test', severity: 'critical' },
    }),
  })

/**
 * Hands to the browser what its push service would. Its tools say nothing of a push that got lost on a busy
 * machine, so it is handed over again, as push services do; under one tag it is shown once.
 */
async function deliver(
  message: PushMessage | string,
  isShown: (all: Shown[]) => boolean,
): Promise<Shown[]> {
  const data = typeof message === 'string' ? message : JSON.stringify(message)
  for (let tries = 0; tries < 5 && !isShown(await notifications()); tries += 1) {
    await tools.send('ServiceWorker.deliverPushMessage', { origin: app.url, registrationId, data })
    await shown(isShown, 5_000).catch(() => [])
  }
  return shown(isShown)
}

type Shown = { title: string; body: string; tag: string; actions: string[]; silent: boolean | null }

const notifications = (): Promise<Shown[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    type Full = Notification & { actions: { action: string }[] }
    return ((await registration.getNotifications()) as Full[]).map((one) => ({
      title: one.title,
      body: one.body,
      tag: one.tag,
      actions: one.actions.map(({ action }) => action),
      silent: one.silent,
    }))
  })

async function shown(isIt: (all: Shown[]) => boolean, timeout = 20_000): Promise<Shown[]> {
  await expect.poll(async () => isIt(await notifications()), { timeout }).toBe(true)
  return notifications()
}

/** As a finger does. The event is not the browser's own, so the worker may not hold on to it; it acts all the same. */
async function tap(action: string): Promise<void> {
  const [worker] = context.serviceWorkers()
  await worker?.evaluate(async (which) => {
    type Worker = { registration: ServiceWorkerRegistration }
    const { registration } = globalThis as never as Worker
    const [notification] = await registration.getNotifications()
    const Event = (globalThis as never as Record<string, unknown>).NotificationEvent as new (
      type: string,
      init: object,
    ) => Event
    dispatchEvent(new Event('notificationclick', { notification, action: which }))
  }, action)
}

run('the app can be installed, and its worker is there', async () => {
  tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registrationId = registrations.at(-1)?.registrationId ?? registrationId
  })
  await tools.send('ServiceWorker.enable')
  await page.goto(String(app.setupUrl))
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Make my account' }).click()
  await page.getByText('All clear.').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await expect.poll(() => registrationId).not.toBe('')
  const manifest = await tools.send('Page.getAppManifest')
  expect([manifest.url, manifest.errors]).toEqual([`${app.url}/manifest.webmanifest`, []])
  expect((await tools.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([])
  const { icons } = JSON.parse(manifest.data ?? '') as { icons: { src: string; sizes: string }[] }
  for (const icon of icons.filter((one) => one.src.endsWith('.png'))) {
    const answer = await fetch(`${app.url}${icon.src}`)
    const picture = Buffer.from(await answer.arrayBuffer())
    expect([
      answer.headers.get('content-type'),
      `${picture.readUInt32BE(16)}x${picture.readUInt32BE(20)}`,
    ]).toEqual(['image/png', icon.sizes])
  }
  const worker = await fetch(`${app.url}/sw.js`)
  expect(worker.headers.get('content-type')).toContain('text/javascript')
  expect(worker.headers.get('cache-control')).toBe('no-cache')
  expect((await fetch(`${app.url}/assets/of-another-build.js`)).status).toBe(404)
})

run('this browser is used as a contact, and proven by the code in its notification', async () => {
  await page.goto(`${app.url}/me`)
  await page.getByText('Pages come to Chrome on Linux').waitFor()
  await page.getByRole('button', { name: 'Use this browser' }).click()
  await page.getByLabel('Code in the test').waitFor()
  expect(pushed).toHaveLength(1)
  const [test] = await deliver(pushed[0] as PushMessage, (all) => all.length === 1)
  expect(test?.title).toBe('Test page from Allclear')
  await page.getByLabel('Code in the test').fill(/\d{6}/.exec(test?.body ?? '')?.[0] ?? '')
  await page.getByRole('button', { name: 'It arrived' }).click()
  await page.getByText(/^proven /).waitFor()
  expect(await page.getByText('this browser', { exact: true }).isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Use this browser' }).count()).toBe(0)
})

run('a page is a notification with two buttons, and the first one acknowledges', async () => {
  const text = `
escalations: [ { id: main, steps: [ { page: [ person:ada ] } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`
  const applied = await fetch(`${app.url}/api/v1/apply`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  expect([applied.status, await applied.text()]).toEqual([200, expect.any(String)])
  await trigger('one', 'Checkout <b>is</b> down')
  await expect.poll(() => pushed.length, { timeout: 20_000 }).toBe(2)
  const page1 = (
    await deliver(pushed[1] as PushMessage, (all) =>
      all.some((one) => one.title.includes('Checkout')),
    )
  ).find((one) => one.title.includes('Checkout'))
  expect(page1).toMatchObject({
    title: 'Shop: Checkout <b>is</b> down',
    actions: ['acknowledge', 'escalate'],
    silent: false,
  })
  // Pushed again it stands in the place of the first.
  const second = { ...(pushed[1] as PushMessage), title: 'Shop: Checkout is still down' }
  const both = await deliver(second, (all) => all.some((one) => one.title.includes('still')))
  expect(both.filter((one) => one.tag === page1?.tag)).toHaveLength(1)
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    for (const one of await registration.getNotifications())
      if (one.title.startsWith('Test page')) one.close()
  })
  await tap('acknowledge')
  const after = await shown((all) => all.some((one) => one.title.startsWith('You have it')))
  expect(after.map((one) => one.actions)).toEqual([[]])
  await page.goto(`${app.url}/alerts`)
  await page.getByText('acknowledged').first().waitFor()
})

run('a browser that has another address by now says so when the app is opened', async () => {
  await page.evaluate(() => localStorage.setItem('moved', '/anew'))
  const renewed = page.waitForResponse((one) => one.url().endsWith('/browsers/renew'))
  await page.goto(`${app.url}/me`)
  expect((await renewed).status()).toBe(200)
  await page.getByText('nobody has said that it arrived').first().waitFor()
  await trigger('two', 'Queue is full')
  await expect.poll(() => pushedTo.at(-1), { timeout: 20_000 }).toBe('/ada/anew')
})

run('a push that cannot be read is shown all the same', async () => {
  await deliver('not what we send', (all) =>
    all.some((one) => one.title === 'Allclear has something for you'),
  )
})

run(
  'without a server the last state is shown, with its time, and nothing pretends to work',
  async () => {
    await page.goto(`${app.url}/alerts`)
    await page.getByRole('link', { name: 'Checkout' }).first().click()
    await page.getByRole('button', { name: 'Resolve' }).first().waitFor()
    await page.goto(app.url)
    await page.getByRole('link', { name: 'Checkout' }).waitFor()
    const keptAt = await page.evaluate(async () => {
      const answers = await caches.open('answers')
      const paths = (await answers.keys()).map((one) => new URL(one.url).pathname)
      return paths.sort()
    })
    expect(keptAt).toContain('/api/v1/alerts')
    // Nothing of contacts, settings or sessions is kept.
    expect(keptAt.filter((path) => /contact|config|session|token|push|people/.test(path))).toEqual(
      [],
    )
    await context.setOffline(true)
    await page.reload()
    await page.getByText(/Offline, as of \d\d:\d\d:\d\d/).waitFor()
    await page.getByRole('link', { name: 'Checkout' }).waitFor()
    await page.goto(`${app.url}/alerts`)
    await page.getByText(/Offline, as of/).waitFor()
    await page.getByRole('link', { name: 'Checkout' }).first().click()
    await page.getByRole('button', { name: 'Resolve' }).first().click()
    await page.getByText('The server does not answer.').first().waitFor()
    await context.setOffline(false)
    await page.goto(app.url)
    await page.getByRole('link', { name: 'Checkout' }).waitFor()
    await expect.poll(() => page.getByText(/Offline, as of/).count()).toBe(0)
  },
)

run('a new build takes over while the app is open, and says so', async () => {
  const assets = app.deps.assets as Map<
    string,
    { body: Buffer; type: string; isImmutable: boolean }
  >
  const worker = assets.get('/sw.js')
  const index = assets.get('/index.html')
  if (!worker || !index) throw new Error('the app is not built')
  const id = /id:"([0-9a-f]{16})"/.exec(worker.body.toString())?.[1] ?? ''
  expect(id).not.toBe('')
  const next = worker.body.toString().replaceAll(id, '0123456789abcdef')
  assets.set('/sw.js', { ...worker, body: Buffer.from(next) })
  const titled = index.body.toString().replace('<title>Allclear', '<title>Allclear, newer')
  assets.set('/index.html', { ...index, body: Buffer.from(titled) })
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
  // At once, or once the old worker has had nothing to do for half a minute.
  await page.getByText('There is a new version of Allclear.').waitFor({ timeout: 90_000 })
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect.poll(() => page.title()).toBe('Allclear, newer')
  // Also without a network it is the new one from now on.
  const kept = await page.evaluate(async () => {
    const found = await caches.match('/', { cacheName: 'shell 0123456789abcdef' })
    return { index: await found?.text(), names: await caches.keys() }
  })
  expect(kept.index).toContain('Allclear, newer')
  expect(kept.names.filter((name) => name.startsWith('shell'))).toHaveLength(2)
})

run('nothing of it stays after signing out', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(await page.evaluate(() => caches.has('answers'))).toBe(false)
  await context.setOffline(true)
  await page.reload()
  await page.getByText('The server does not answer.').waitFor()
  expect(await page.getByText('Checkout').count()).toBe(0)
  await context.setOffline(false)
  expect(complaints).toEqual([])
})
