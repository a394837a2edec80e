/** In a real browser: from nothing promised to a first objective with its plot, counted by what is sent. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import { ADMIN } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
if (!isInstalled)
  process.stderr.write('e2e: chromium is not installed; the pages of objectives are passed over\n')

let directory = ''
let app: App
let browser: Browser
let page: Page
const complaints: string[] = []

const api = (path: string, body: unknown) =>
  fetch(`${app.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

beforeAll(async () => {
  if (!isInstalled) return
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  directory = mkdtempSync(join(tmpdir(), 'allclear-reliability-'))
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
  const applied = await api('/apply', { text: 'services: [ { id: shop, name: Shop } ]' })
  expect(applied.status).toBe(200)
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  page = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${ADMIN}` } })
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterAll(async () => {
  if (!isInstalled) return
  await browser.close()
  await app.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** What a screen reader or a keyboard would stumble over. */
async function stumbles(): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run()')) as { violations: { id: string }[] }
  return found.violations.map((one) => one.id)
}

describe.runIf(isInstalled)('Reliability', () => {
  test('a first objective is made, and says that it has no data yet', async () => {
    await page.goto(`${app.url}/reliability`)
    await page.getByText('Nothing is promised yet.').waitFor()
    await page.getByRole('button', { name: 'New objective' }).click()
    await page.getByLabel('Name').fill('Checkout works')
    await page.getByLabel('Numbers come from').selectOption('pushed')
    await page.getByLabel('Target').fill('100%')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('leaves no budget').waitFor()
    await page.getByLabel('Target').fill('99%')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Checkout works' }).waitFor()
    await page.getByText('There is nothing to say yet: no data yet.').waitFor()
    await page.getByText('It is not known whether deploys may go on').waitFor()
    expect(await stumbles()).toEqual([])
  })

  test('what is sent shows as a budget with its plot, in words', async () => {
    const now = Date.now()
    const events = Array.from({ length: 40 }, (_, index) => ({
      at: new Date(now - index * 10 * 60_000).toISOString(),
      good: index < 3 ? 990 : 1000,
      total: 1000,
    }))
    expect((await api('/objectives/checkout-works/events', { events })).status).toBe(202)
    await page.reload()
    await page.getByText('92.5 %', { exact: true }).waitFor()
    await page
      .getByText(/of the error budget is left\. At the rate of the last hour it lasts\.|is gone on/)
      .first()
      .waitFor()
    await page
      .getByRole('img', { name: /of the error budget is left\./ })
      .last()
      .waitFor()
    await page.getByText('Deploys may go on.').waitFor()
    expect(await stumbles()).toEqual([])
    await page.getByRole('link', { name: 'Reliability' }).first().click()
    await page.getByText('within budget').waitFor()
    expect(await stumbles()).toEqual([])
    expect(complaints).toEqual([])
  })
})
