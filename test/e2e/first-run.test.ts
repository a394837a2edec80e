/** As a newcomer in a real browser: from an empty data directory to a page that was answered. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import { ADMIN } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
if (!isInstalled)
  process.stderr.write('first run: chromium is not installed; the test is passed over\n')

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

type Pretended = { title: string; body: string; url: string | null }

async function pretended(app: App): Promise<Pretended[]> {
  const answer = await fetch(`${app.url}/api/v1/pretend`, {
    headers: { authorization: `Bearer ${ADMIN}` },
  })
  return ((await answer.json()) as { messages: Pretended[] }).messages
}

/** The newest message that fits, once it is there. */
async function messageWith(app: App, part: string): Promise<Pretended> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = (await pretended(app)).findLast((one) =>
      `${one.title} ${one.body}`.includes(part),
    )
    if (found) return found
    await new Promise((next) => setTimeout(next, 50))
  }
  throw new Error(`no message says ${part}`)
}

test.runIf(isInstalled)(
  'first run: you, your phone, a service and its source, a rota, and an outage that you answer',
  async () => {
    execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
    const directory = mkdtempSync(join(tmpdir(), 'allclear-first-run-'))
    stops.push(() => rmSync(directory, { recursive: true, force: true }))
    const app = await startApp({
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
    stops.push(() => app.stop())
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    stops.push(() => browser.close())
    const page = await browser.newPage()
    let presses = 0
    const press = async (name: string): Promise<void> => {
      presses += 1
      await page.getByRole('button', { name }).click()
    }

    await page.goto(String(app.setupUrl))
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('correct horse battery')
    await press('Make my account')

    await page.getByText('From nothing to the first page').waitFor()
    await page.getByLabel('Another way to reach me').selectOption('pretend')
    await page.getByLabel('Device').fill('phone')
    await press('Add')
    await press('Send a test')
    const code = /code is (\d{6})/.exec((await messageWith(app, 'code is')).body)?.[1] ?? ''
    await page.getByLabel('Code in the test').fill(code)
    await press('It arrived')

    await page.getByLabel('What can break').fill('Checkout')
    await press('Make it, page me')
    await page.getByText('It is shown once', { exact: false }).waitFor()
    expect(await page.locator('pre').first().textContent()).toMatch(/routing_key":"[0-9a-f]{32}"/)
    await press('I have the key')
    await press('Put me on call')
    await press('Try an outage now')

    const called = await messageWith(app, 'A try of an outage')
    const phone = await browser.newPage()
    await phone.goto(String(called.url))
    await phone.getByRole('button', { name: 'I have it' }).click()
    await phone.getByText('You have it.', { exact: false }).waitFor()
    await page.getByText('From nothing to the first page').waitFor({ state: 'detached' })
    expect(presses).toBeLessThanOrEqual(8)
  },
  90_000,
)
