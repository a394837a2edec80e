/** Two people work one incident in two browsers: each sees what the other does, and it ends as it should. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { barriers, type InBrowser, isInstalled, openInBrowser } from '../rigs/in-browser.ts'
import { KEY } from '../rigs/world.ts'

let on: InBrowser

/** Signs somebody in by their invitation, in a browser of their own. */
async function personInBrowser(slug: string, width: number): Promise<Page> {
  const { url } = await on.api<{ url: string }>('POST', `/people/${slug}/invitation`, {})
  const context = await on.browser.newContext({ viewport: { width, height: 850 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  on.watch(page)
  await page.goto(url.replace(/^https?:\/\/[^/]+/, on.app.url))
  await page.getByLabel('Password').fill(`a long password of ${slug}`)
  await page.getByRole('button').first().click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  return page
}

beforeAll(async () => {
  if (isInstalled)
    on = await openInBrowser(`
people: [ { id: ana, name: Ana Kovac, email: ana@example.com, contacts: [ { id: phone, kind: pretend, device: phone } ] }, { id: bo, name: Bo Lind, email: bo@example.com, contacts: [ { id: phone, kind: pretend, device: phone } ] } ]
teams: [ { id: core, lead: ana, members: [ ana, bo ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] }, { page: [ person:bo ] } ] } ]
services: [ { id: shop, name: Checkout, team: core, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} } ]
policy: { levels: { sev1: { monitor: 0s }, sev2: { monitor: 0s } }, quiet: 0s }
`)
})
afterAll(() => on?.end())

test.skipIf(!isInstalled)(
  'declared by one, worked by two, told, watched, all clear',
  async () => {
    const ana = await personInBrowser('ana', 1280)
    const bo = await personInBrowser('bo', 390)

    await ana.keyboard.press('d')
    await ana.getByLabel('What is wrong, in a few words').fill('Checkout fails for a third')
    await ana.getByLabel('What is affected').selectOption('shop')
    await ana.getByLabel('How bad').selectOption('2')
    await ana.getByRole('button', { name: 'Declare', exact: true }).click()
    await ana.getByRole('heading', { name: /Checkout fails for a third/ }).waitFor()
    // It is on the other's home, without a reload.
    await bo
      .getByRole('region', { name: 'Live incidents' })
      .getByRole('link', { name: 'Checkout fails for a third' })
      .click()
    await bo.getByRole('button', { name: 'Technical lead, nobody yet' }).click()
    await bo.getByRole('button', { name: 'I take it' }).click()
    await ana.getByRole('button', { name: /Technical lead Bo Lind/ }).waitFor()

    // What one is typing stays, whatever the other does.
    await ana.keyboard.press('n')
    await ana.keyboard.type('four paying customers are on the phone')
    await bo.getByRole('button', { name: /^Path/ }).click()
    await bo.getByLabel('Path', { exact: true }).fill('the deploy of 13:55')
    await bo.getByRole('button', { name: /^Post/ }).click()
    await ana.getByText('the deploy of 13:55').first().waitFor()
    await ana.keyboard.press('Control+Enter')
    await bo.getByText('four paying customers are on the phone').waitFor()

    await bo.getByLabel(/What speaks for or against/).fill('errors began at 13:58')
    await bo.getByRole('button', { name: 'For', exact: true }).click()
    await ana.getByText('errors began at 13:58').first().waitFor()
    await bo.getByRole('button', { name: 'It is the cause' }).click()
    await ana.getByText('found the cause: the deploy of 13:55').waitFor()

    await ana.keyboard.press('Escape')
    await ana.keyboard.press('u')
    await ana.getByRole('button', { name: /^internal/i }).click()
    await ana.getByLabel('What is affected, as users call it').fill('Checkout')
    await ana.getByLabel('Who is affected, and how they notice').fill('31% of checkouts fail')
    await ana.getByText('[SEV2] Checkout - 31% of checkouts fail').waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await ana.emulateMedia({ colorScheme: scheme })
      expect(await barriers(ana)).toEqual([])
      await bo.emulateMedia({ colorScheme: scheme })
      expect(await barriers(bo)).toEqual([])
    }
    await ana.getByRole('button', { name: 'Tell internal' }).click()
    await bo.getByText('Ana Kovac told internal').waitFor()

    // Raised by the other, who has not touched the page since.
    await bo.getByRole('button', { name: /^Severity/ }).click()
    await bo.getByLabel('Is data at risk?').selectOption('concern')
    await bo.getByRole('button', { name: 'Answer, and let the rules decide' }).click()
    await ana.getByText(/^SEV1/).first().waitFor()
    await ana.getByRole('link', { name: 'Response' }).click()
    await ana
      .getByRole('button', { name: /^Mitigated/ })
      .first()
      .click()
    await on.api('POST', '/alerts/A-1/resolve', {})
    await ana.getByRole('button', { name: 'I have looked' }).first().click()
    await ana
      .getByRole('button', { name: /^All clear/ })
      .last()
      .click()
    await ana
      .getByRole('dialog')
      .getByRole('button', { name: /^All clear/ })
      .click()
    await bo.getByText('Ana Kovac: all clear').waitFor()
    await ana.getByRole('link', { name: 'Record' }).click()
    await ana.getByRole('heading', { name: 'What was owed' }).waitFor()
    expect(await barriers(ana)).toEqual([])
    await ana.goto(`${on.app.url}/incidents?status=over`)
    await ana.getByRole('link', { name: 'Checkout fails for a third' }).waitFor()
    expect(await barriers(ana)).toEqual([])
    expect(on.complaints).toEqual([])
  },
  90_000,
)
