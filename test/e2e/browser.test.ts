/** In a real browser: from the set-up link to an acknowledged page, and hostile text that stays text. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import axe from 'axe-core'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import { ADMIN, KEY } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
if (!isInstalled)
  process.stderr.write('e2e: chromium is not installed; the browser tests are passed over\n')

let directory = ''
let app: App
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  if (!isInstalled) return
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  directory = mkdtempSync(join(tmpdir(), 'allclear-browser-'))
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
  const text = `
people: [ { id: ana, name: Ana, role: responder, contacts: [ { id: phone, kind: pretend, device: phone } ] }, { id: bo, name: Bo, role: responder, contacts: [ { id: phone, kind: pretend, device: phone } ] } ]
schedules: [ { id: rota, name: Rota, timezone: Europe/Lisbon, accept_handoff: 30m, rotations: [ { id: weekly, people: [ ana, bo ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02, only: [ { days: [ mon, tue, wed, thu, fri ], from: "08:00", to: "20:00" } ] } ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] }, { page: [ person:bo ] } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`
  const applied = await fetch(`${app.url}/api/v1/apply`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  expect(applied.status).toBe(200)
  browser = await chromium.launch({
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
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
})
afterAll(async () => {
  if (!isInstalled) return
  await browser.close()
  await app.stop()
  rmSync(directory, { recursive: true, force: true })
})

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'>'
const trigger = (key: string, summary: string) =>
  fetch(`${app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: key,
      payload: {
        summary,
        source: HOSTILE,
        severity: 'critical',
        component: HOSTILE,
        custom_details: { note: HOSTILE },
      },
    }),
  })

async function barriers(): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(() =>
    (
      window as never as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> }
      }
    ).axe.run(),
  )
  return found.violations.map(
    (one) => `${one.id} ${JSON.stringify(one.nodes.map((node) => node.target))}`,
  )
}

test.runIf(isInstalled)(
  'from the set-up link to an acknowledged alert, live',
  async () => {
    await page.goto(String(app.setupUrl))
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Make my account' }).click()
    await page.getByText('All clear.').waitFor()
    // The alert appears without a reload.
    await trigger('one', 'Checkout is down')
    await page.getByRole('link', { name: 'Checkout is down' }).click()
    await page.getByText('Ana', { exact: true }).first().waitFor()
    await page.getByText('would be paged at').first().waitFor()
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('Ada has it since').waitFor()
    await page.getByRole('link', { name: 'receipt' }).first().waitFor()
    expect(complaints).toEqual([])
  },
  120_000,
)

test.runIf(isInstalled)(
  'hostile text of an alert is text on the list, in the detail and on the page screen',
  async () => {
    await trigger('evil', HOSTILE)
    await page.goto(app.url)
    await page.getByText('<img src=x').first().waitFor()
    await page.getByText('<img src=x').first().click()
    await page.getByText('What happened').waitFor()
    const url = app.deps.screen.shown().at(-1)?.message.url
    const phone = await browser.newPage({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const answer = await phone.goto(String(url))
    expect((await answer?.body())?.length).toBeLessThan(20_000)
    await phone.getByRole('button', { name: 'I have it' }).click()
    await phone.getByText('You have it. Nobody else is being paged.').waitFor()
    await phone.close()
    expect(complaints).toEqual([])
  },
  120_000,
)

test.runIf(isInstalled)(
  'a gap in a rota is clicked and filled, an edit shows what it does to people before it is saved',
  async () => {
    await page.setViewportSize({ width: 1360, height: 900 })
    await page.goto(`${app.url}/on-call/rota`)
    await page.getByText('nobody is on call in', { exact: false }).first().waitFor()
    await page.locator('button[aria-label^="nobody"]').first().click()
    await page.getByText('Fill this gap').waitFor()
    await page.getByLabel('Who has it').selectOption('bo')
    await page.getByRole('button', { name: 'Put on call' }).click()
    await page.getByText('Take out').or(page.getByText('End now')).first().waitFor()
    await page.getByRole('button', { name: 'Edit rotations' }).click()
    await page.getByLabel('People in turn').fill('ana, nobody-we-know')
    await page.getByRole('button', { name: 'What would that do?' }).click()
    await page.getByRole('alert').getByText('nobody-we-know').waitFor()
    await page.getByLabel('People in turn').fill('ana')
    await page.getByRole('button', { name: 'What would that do?' }).click()
    await page.getByText('In the next eight weeks:').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Edit rotations' }).waitFor()
    const kept = await fetch(`${app.url}/api/v1/config/schedules/rota`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    })
    expect(((await kept.json()) as { form: object }).form).toMatchObject({
      accept_handoff: '30m',
      overrides: [{ person: 'bo' }],
      rotations: [{ people: ['ana'] }],
    })
    expect(complaints).toEqual([])
  },
  60_000,
)

test.runIf(isInstalled)(
  'a calendar is pasted and a file is added to it, and a new schedule hands off by it',
  async () => {
    await page.goto(`${app.url}/on-call`)
    await page.getByRole('link', { name: 'Calendars' }).click()
    await page.getByRole('button', { name: 'New calendar' }).click()
    await page.getByLabel('Short name').fill('pt')
    await page.getByLabel('Name', { exact: true }).fill('Portugal')
    const days = page.getByLabel('Holidays', { exact: false })
    await days.fill('2027-12-25 Natal\n2027-02-30 No day')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('2027-02-30').waitFor()
    await days.fill('2027-12-25 Natal')
    await page.getByLabel('Or add those of a calendar file').setInputFiles({
      name: 'days.ics',
      mimeType: 'text/calendar',
      buffer: Buffer.from(
        `BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20271208\nSUMMARY:${HOSTILE}\nEND:VEVENT\nEND:VCALENDAR`,
      ),
    })
    await page.getByText('1 day read').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('2027-12-08').waitFor()
    await page.goto(`${app.url}/on-call`)
    await page.getByRole('button', { name: 'New schedule' }).click()
    await page.getByLabel('Short name').fill('nights')
    await page.getByLabel('Time zone').fill('Europe/Lisbon')
    await page.getByLabel('People in turn').fill('ana, bo')
    await page.getByLabel('Not on holidays of').selectOption('pt')
    await page.getByRole('button', { name: 'What would that do?' }).click()
    await page.getByText('In the next eight weeks:').waitFor()
    await page.getByText('fewPeople').first().waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('**/on-call/nights')
    await page.goto(`${app.url}/me`)
    await page.getByLabel('Public holidays').selectOption('pt')
    await page
      .locator('section', { hasText: 'Where I live' })
      .getByRole('button', { name: 'Save' })
      .click()
    await page.getByText('Saved.').waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.runIf(isInstalled)(
  'everything is reached by keyboard: keys that go somewhere, the palette, the sheet of keys',
  async () => {
    await page.goto(app.url)
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    // Two keys that belong together come within a second of each other, which a busy machine may miss.
    const there = page.getByRole('heading', { name: 'On-call now' })
    const went = async () => {
      await page.keyboard.press('g')
      await page.keyboard.press('o')
      return there.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    }
    await expect.poll(went, { timeout: 30_000 }).toBe(true)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('rota')
    await page.getByRole('option', { name: 'Rota' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/on-call/rota')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Keys' }).waitFor({ state: 'detached' })
  },
  60_000,
)

test.runIf(isInstalled)(
  'the policy is edited in its matrix, named where it contradicts itself, tried, and taken',
  async () => {
    await page.goto(`${app.url}/policy`)
    const cell = page.getByLabel('Then every, SEV3')
    await cell.fill('soon')
    await cell.blur()
    await page
      .getByText(/"soon" is not a time|`soon` is not a time/)
      .first()
      .waitFor()
    await cell.fill('5m')
    await cell.blur()
    await page.getByText('SEV3 asks for more than SEV2').waitFor()
    await page.getByText('update: 5m').first().waitFor()
    await page.getByRole('button', { name: 'Backtest' }).click()
    await page.getByText('as it would be').waitFor()
    await page.getByRole('button', { name: 'Play it' }).click()
    await page.getByText(/the first 2 steps of the escalation are paged at once/).waitFor()
    await page.getByRole('button', { name: 'Take it from now on' }).click()
    await page
      .getByText(/Version 1 is in force/)
      .first()
      .waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.runIf(isInstalled)(
  'no barrier that axe knows of, light and dark',
  async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of [
        '/',
        '/alerts',
        '/alerts/A-1',
        '/on-call',
        '/on-call/rota',
        '/calendars',
        '/who',
        '/load',
        '/me',
        '/sources',
        '/silences',
        '/settings',
        '/policy',
        '/incidents',
        '/services',
        '/services/shop',
        '/escalations',
        '/routes',
        '/people',
        '/teams',
        '/doctor',
        '/dev/gallery',
      ]) {
        await page.goto(`${app.url}${path}`)
        await page.getByRole('heading').first().waitFor()
        expect([colorScheme, path, await barriers()]).toEqual([colorScheme, path, []])
      }
    }
  },
  120_000,
)
