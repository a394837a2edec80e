/** The screen behind the link of a page: one question, two buttons, small, and without scripts. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const HOSTILE = '<img src=x onerror=alert(1)>'
const BYTES_MAX = 20 * 1024

let world: World
beforeEach(async () => {
  world = await makeWorld({ yaml: TEAM.replace('name: Ben,', `name: "${HOSTILE}",`) })
})
afterEach(() => world.end())

const screen = async (): Promise<string> => {
  const url = String(world.rang.findLast((one) => one.who === 'ana')?.body.data.url)
  const path = new URL(url).pathname + new URL(url).search
  return (await fetch(world.app.url + path)).text()
}

test('it names who is next on the button that calls them, and pages them', async () => {
  await world.trigger('db')
  await world.pass(0.1)
  const html = await screen()
  expect(html).toContain('Escalate to &lt;img src=x onerror=alert(1)&gt; now')
  expect(html).not.toContain('<img')
  expect(html).not.toContain('<script')
  expect(Buffer.byteLength(html)).toBeLessThan(BYTES_MAX)
  const url = new URL(String(world.rang.find((one) => one.who === 'ana')?.body.data.url))
  const path = url.pathname + url.search
  await fetch(world.app.url + path, {
    method: 'POST',
    body: new URLSearchParams({ do: 'escalate' }),
    redirect: 'manual',
  })
  await world.pass(0.1)
  expect(world.told()).toBe('0 ana, 0.2 ben')
})
