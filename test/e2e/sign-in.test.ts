/** In a real browser: in through a provider, codes set up and asked for, a token, another session ended. */
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
import { codeAt, stepAt } from '../../src/sign-in/totp.ts'
import {
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../rigs/identity-provider.ts'
import { ADMIN } from '../rigs/world.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
const SHOTS = process.env.ALLCLEAR_SHOTS
const PASSWORD = 'correct horse battery'

let directory = ''
let app: App
let provider: IdentityProvider
let browser: Browser
const complaints: string[] = []

beforeAll(async () => {
  if (!isInstalled) return
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  directory = mkdtempSync(join(tmpdir(), 'allclear-sign-in-'))
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
  })
  provider = await startIdentityProvider(app.url)
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
}, 120_000)
afterAll(async () => {
  if (!isInstalled) return
  await browser.close()
  await provider.stop()
  await app.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function open(options: { isPhone?: boolean; isLight?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: options.isPhone ? { width: 390, height: 844 } : { width: 1_200, height: 900 },
    colorScheme: options.isLight ? 'light' : 'dark',
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  return page
}

async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(() =>
    (
      window as never as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> }
      }
    ).axe.run(),
  )
  expect([
    name,
    found.violations.map((one) => [one.id, ...one.nodes.map((node) => node.target)]),
  ]).toEqual([name, []])
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

const secretOf = (shown: string): Buffer => {
  const bits = [...shown.replaceAll(/\s/g, '')]
    .map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((one) => Number.parseInt(one, 2)))
}

test.runIf(isInstalled)(
  'from the set-up link to codes, and in again with the password, a code, and through the provider',
  async () => {
    const page = await open()
    await page.goto(String(app.setupUrl))
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make my account' }).click()
    await page.getByRole('link', { name: 'Ada' }).click()
    await page.getByRole('link', { name: 'Sign-in and security' }).click()
    await page.getByRole('button', { name: 'Set up codes' }).click()
    await page.getByAltText('QR code of the secret below').waitFor()
    await look(page, 'enrol')
    const secret = secretOf((await page.locator('pre').first().textContent()) ?? '')
    // The code of the step before, so that this step's is not used up.
    await page
      .getByLabel('The code that the app shows now')
      .fill(codeAt(secret, stepAt(Date.now()) - 1))
    await page.getByRole('button', { name: 'Switch codes on' }).click()
    await page.getByText('10 recovery codes are left').waitFor()
    const recovery = ((await page.locator('pre').first().textContent()) ?? '').split('\n')
    expect(recovery).toHaveLength(10)
    await page.getByLabel('What it is for').fill('My laptop')
    await page.getByLabel('read', { exact: true }).check()
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByText('It is shown once').waitFor()

    const phone = await open({ isPhone: true, isLight: true })
    await phone.goto(`${app.url}/sign-in`)
    await phone.getByLabel('E-mail').fill('ada@example.com')
    await phone.getByLabel('Password').fill(PASSWORD)
    await phone.getByRole('button', { name: 'Sign in' }).click()
    await phone.getByLabel('Code').fill('000000')
    await phone.getByRole('button', { name: 'Go in' }).click()
    await phone.getByText('The code is wrong').waitFor()
    await look(phone, 'code-phone-light')
    await phone.getByLabel('Code').fill(codeAt(secret, stepAt(Date.now())))
    await phone.getByRole('button', { name: 'Go in' }).click()
    await phone.getByRole('link', { name: 'Me', exact: true }).click()
    await phone.getByRole('link', { name: 'Sign-in and security' }).click()
    await phone.getByText('this one').waitFor()
    await look(phone, 'security-phone-light')

    await page.reload()
    await page.getByText('Chrome on Linux').nth(1).waitFor()
    await look(page, 'security')
    await page.getByRole('button', { name: 'End all others' }).click()
    await page.getByText('One session is over.').waitFor()
    await phone.reload()
    await phone.getByRole('heading', { name: 'Sign in' }).waitFor()

    await fetch(`${app.url}/api/v1/sign-in`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        oidc: {
          issuer: provider.issuer,
          client_id: 'allclear',
          client_secret: CLIENT_SECRET,
          label: 'Example ID',
        },
        local: 'admins',
      }),
    })
    await phone.goto(`${app.url}/sign-in?problem=refused`)
    await phone.getByText('Admins may use their password').waitFor()
    await look(phone, 'door-phone-light')
    provider.become({ sub: 'u-1', email: 'ada@example.com', email_verified: true })
    await phone.getByRole('link', { name: 'Continue with Example ID' }).click()
    await phone.getByRole('link', { name: 'Me', exact: true }).waitFor()
    expect(new URL(phone.url()).pathname).toBe('/')
    expect(complaints).toEqual([])
  },
  120_000,
)
