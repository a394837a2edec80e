/** A storm of alerts in a real browser: it arrives live, and is worked off by keyboard alone. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import { ADMIN, KEY } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
const STORM = 200
/** Runs wherever it is taken for more than text. */
const HOSTILE = `"><img src=x onerror="window.__hit=1"><script>window.__hit=2</script>'{{constructor}}`

let directory = ''
let app: App
let browser: Browser
let page: Page
const complaints: string[] = []

const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const response = await fetch(`${app.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as T
}
const trigger = (key: string, summary: string, more: object = {}) =>
  fetch(`${app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: key,
      payload: { summary, source: HOSTILE, severity: 'critical', component: 'db', ...more },
      links: [{ href: 'javascript:window.__hit=3', text: HOSTILE }],
    }),
  })

beforeAll(async () => {
  if (!isInstalled) return
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  directory = mkdtempSync(join(tmpdir(), 'allclear-alerts-'))
  app = await startApp({
    config: readConfig({
      ALLCLEAR_DATA: join(directory, 'data'),
      ALLCLEAR_PORT: '0',
      ALLCLEAR_ADMIN_TOKEN: ADMIN,
    }),
    log: () => undefined,
    version: 'test',
    migrations: 'src/db/migrations',
    assets: readAssets(),
    beatMs: 50,
  })
  await api('POST', '/apply', {
    text: `
people: [ { id: ana, name: '${HOSTILE.replaceAll("'", "''")}', contacts: [ { id: phone, kind: pretend, device: phone } ] } ]
teams: [ { id: core, name: Core, lead: ana, members: [ ana ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] } ] } ]
services: [ { id: shop, name: '${HOSTILE.replaceAll("'", "''")}', team: core, escalation: main } ]
sources: [ { id: pd, name: Monitoring, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`,
  })
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  page = await browser.newPage({ viewport: { width: 1280, height: 850 } })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(String(app.setupUrl))
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Make my account' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
})
afterAll(async () => {
  if (!isInstalled) return
  await browser.close()
  await app.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function barriers(): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async () => {
    const { axe: lib } = window as unknown as { axe: typeof axe }
    return lib.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
  })
  return violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)
}

test.skipIf(!isInstalled)(
  'a storm arrives live, is kept as a list, marked and acknowledged by keyboard, and judged',
  async () => {
    await page.goto(`${app.url}/alerts`)
    await page.getByText('All clear.').waitFor()
    for (let at = 0; at < STORM; at += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => trigger(`k${at + index}`, `Storm ${at + index}`)),
      )
    // The first hundred; the rest comes as one scrolls.
    await page.getByRole('button', { name: 'Mark all 100 shown' }).waitFor()
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    await page.getByRole('button', { name: `Mark all ${STORM} shown` }).waitFor()

    await page.getByLabel('severity').selectOption('critical')
    await page.getByRole('button', { name: 'Keep this list' }).click()
    await page.getByLabel('Under which name, for everybody').fill('Critical ones')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByRole('button', { name: 'Critical ones' }).waitFor()
    await page.goto(`${app.url}/alerts`)
    await page.getByRole('button', { name: 'Critical ones' }).click()
    await page.waitForURL('**/alerts?severity=critical')

    await page.getByRole('listitem').first().waitFor()
    for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key)
    await page.getByText('3 marked').waitFor()
    await page.keyboard.press('a')
    await page.getByText('3 acknowledged.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('3 let go.').waitFor()

    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Noise' }).click()
    await page.getByRole('button', { name: 'Noise', pressed: true }).waitFor()
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of ['/alerts', '/alerts/A-1']) {
        await page.goto(app.url + path)
        await page.getByText(/Storm/).first().waitFor()
        expect([colorScheme, path, await barriers()]).toEqual([colorScheme, path, []])
      }
    }
    expect(complaints).toEqual([])
  },
  120_000,
)

test.skipIf(!isInstalled)(
  'a silence says how far it reaches before it is made; a payload says whom it would page',
  async () => {
    await page.goto(`${app.url}/silences`)
    await page.getByLabel(/Alerts with labels/).fill('component=db')
    await page.getByText(/200 alerts|200 open alerts/).waitFor()
    await page.getByLabel('Reason').fill('a storm')
    await page.getByRole('button', { name: 'Silence', exact: true }).click()
    await page.getByText('a storm').first().waitFor()
    await page.goto(`${app.url}/routes`)
    await page.getByLabel('As it would come from').selectOption('pd')
    await page.getByLabel('What it would do').getByText(/\S/).first().waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.skipIf(!isInstalled)(
  'hostile text is text on every surface that a browser shows',
  async () => {
    await trigger('evil', HOSTILE, { class: HOSTILE, group: HOSTILE })
    const declared = await api<{ result: { number: number } }>('POST', '/incidents', {
      title: HOSTILE,
      summary: HOSTILE,
      severity: 2,
      services: ['shop'],
    })
    const name = `INC-${declared.result.number}`
    const onIncident = (path: string, body: object) =>
      api('POST', `/incidents/${name}/${path}`, body)
    await onIncident('notes', { text: HOSTILE })
    await onIncident('decisions', { text: HOSTILE })
    await onIncident('tasks', { text: HOSTILE, owner: 'ana' })
    await onIncident('hypotheses', { statement: HOSTILE, owner: 'ana' })
    await onIncident('messages', {
      audience: 'internal',
      fields: { service: HOSTILE, impact: HOSTILE },
    })
    const { alerts } = await api<{ alerts: { name: string; title: string }[] }>(
      'GET',
      '/alerts?status=all&limit=200',
    )
    const evil = alerts.find((one) => one.title.includes('onerror'))?.name ?? 'A-1'
    const link = app.deps.screen.shown().at(-1)?.message.url
    for (const path of [
      '/',
      '/alerts?status=all',
      `/alerts/${evil}`,
      '/incidents',
      `/incidents/${name}`,
      `/incidents/${name}?tab=comms`,
      `/incidents/${name}?tab=record`,
      '/services',
      '/people',
      '/teams',
      '/on-call',
      '/escalations',
      '/sources',
      '/routes',
      '/audit',
      ...(link ? [link.replace(/^https?:\/\/[^/]+/, '')] : []),
    ]) {
      await page.goto(app.url + path)
      await page.getByRole('heading').first().waitFor()
      await page
        .getByText('constructor')
        .first()
        .waitFor({ timeout: 3_000 })
        .catch(() => undefined)
      expect([path, await page.evaluate(() => (window as { __hit?: number }).__hit)]).toEqual([
        path,
        undefined,
      ])
      const links = await page.evaluate(
        () =>
          [...document.querySelectorAll('a')].filter((one) => one.protocol === 'javascript:')
            .length,
      )
      expect([path, links]).toEqual([path, 0])
    }
    await page.goto(app.url)
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('onerror')
    await page.getByRole('option').first().waitFor()
    expect(await page.evaluate(() => (window as { __hit?: number }).__hit)).toBeUndefined()
    expect(complaints).toEqual([])
  },
  120_000,
)
