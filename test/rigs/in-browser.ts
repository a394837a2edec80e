/** A server of its own with the app that is built, and a real browser; for tests that look at pages. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type App, startApp } from '../../src/app.ts'
import { readAssets } from '../../src/cli/serve.ts'
import { readConfig } from '../../src/config.ts'
import { ADMIN } from './world.ts'

const CHROMIUM = '/usr/bin/chromium'
export const isInstalled = existsSync(CHROMIUM)
if (!isInstalled)
  process.stderr.write('e2e: chromium is not installed; the browser tests are passed over\n')

export type InBrowser = {
  app: App
  browser: Browser
  /** Errors and dialogs of every page that was watched. */
  complaints: string[]
  /** As an admin. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  watch(page: Page): void
  end(): Promise<void>
}

/** @param yaml applied before the browser opens */
export async function openInBrowser(yaml: string): Promise<InBrowser> {
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  const directory = mkdtempSync(join(tmpdir(), 'allclear-in-browser-'))
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
  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return (await response.json()) as T
  }
  await api('POST', '/apply', { text: yaml })
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  const complaints: string[] = []
  return {
    app,
    browser,
    complaints,
    api,
    watch(page) {
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('dialog', (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
    },
    async end() {
      await browser.close()
      await app.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What a screen reader or a keyboard would stumble over: WCAG 2.2 AA as far as a machine can tell. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async () => {
    const { axe: lib } = window as unknown as { axe: typeof axe }
    return lib.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
  })
  return violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)
}
