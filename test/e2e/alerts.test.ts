/** A storm of alerts in a real browser: it arrives live, and is worked off by keyboard alone. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { barriers, type InBrowser, isInstalled, openInBrowser } from '../rigs/in-browser.ts'
import { KEY } from '../rigs/world.ts'

const STORM = 200
/** Runs wherever it is taken for more than text. */
const HOSTILE = `"><img src=x onerror="window.__hit=1"><script>window.__hit=2</script>'{{constructor}}`

let on: InBrowser
let app: App
let page: Page

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

const quoted = HOSTILE.replaceAll("'", "''")

beforeAll(async () => {
  if (!isInstalled) return
  on = await openInBrowser(`
people: [ { id: ana, name: '${quoted}', contacts: [ { id: phone, kind: pretend, device: phone } ] } ]
teams: [ { id: core, name: Core, lead: ana, members: [ ana ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] } ] } ]
services: [ { id: shop, name: '${quoted}', team: core, escalation: main } ]
sources: [ { id: pd, name: Monitoring, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`)
  app = on.app
  page = await on.browser.newPage({ viewport: { width: 1280, height: 850 } })
  page.setDefaultTimeout(20_000)
  on.watch(page)
  await page.goto(String(app.setupUrl))
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Make my account' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
})
afterAll(() => on?.end())

test.skipIf(!isInstalled)(
  'a storm arrives live, is kept as a list, marked and acknowledged by keyboard, and judged',
  async () => {
    await page.goto(`${app.url}/alerts`)
    await page.getByText('All clear.').waitFor()
    for (let at = 0; at < STORM; at += 20) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => trigger(`k${at + index}`, `Storm ${at + index}`)),
      )
      expect(answers.map((one) => one.status)).toEqual(answers.map(() => 202))
    }
    // A hundred at a time; the rest comes as one scrolls.
    const all = page.getByRole('button', { name: `Mark all ${STORM} shown` })
    const scrolled = async () => {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
      return all.count()
    }
    await expect.poll(scrolled, { timeout: 20_000 }).toBe(1)

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
        expect([colorScheme, path, await barriers(page)]).toEqual([colorScheme, path, []])
      }
    }
    expect(on.complaints).toEqual([])
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
    expect(on.complaints).toEqual([])
  },
  60_000,
)

test.skipIf(!isInstalled)(
  'hostile text is text on every surface that a browser shows',
  async () => {
    await trigger('evil', HOSTILE, { class: HOSTILE, group: HOSTILE })
    const declared = await on.api<{ result: { number: number } }>('POST', '/incidents', {
      title: HOSTILE,
      summary: HOSTILE,
      severity: 2,
      services: ['shop'],
    })
    const name = `INC-${declared.result.number}`
    const onIncident = (path: string, body: object) =>
      on.api('POST', `/incidents/${name}/${path}`, body)
    await onIncident('notes', { text: HOSTILE })
    await onIncident('decisions', { text: HOSTILE })
    await onIncident('tasks', { text: HOSTILE, owner: 'ana' })
    await onIncident('hypotheses', { statement: HOSTILE, owner: 'ana' })
    await onIncident('messages', {
      audience: 'internal',
      fields: { service: HOSTILE, impact: HOSTILE },
    })
    const { alerts } = await on.api<{ alerts: { name: string; title: string }[] }>(
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
    expect(on.complaints).toEqual([])
  },
  120_000,
)
