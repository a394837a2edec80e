/** Nobody finds out at night that nothing reaches them. */
import { afterEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
afterEach(() => world.end())

const ROTA = `${TEAM}
schedules:
  - { id: rota, name: Rota, team: core, timezone: UTC, rotations: [ { id: daily, people: [ ben, ana ], every: 1d, handoff: { time: "10:00" }, starts: 2026-11-02 } ] }
`
const warnings = (): string[] =>
  world.rang
    .filter((one) => String(one.body.data.title).includes('nothing is proven'))
    .map((one) => `${one.who}: ${one.body.data.title}`)

test('whoever comes on call tomorrow with nothing proven is told once, and the lead too', async () => {
  world = await makeWorld({ yaml: ROTA })
  // It is looked at once an hour.
  await world.pass(65, 5)
  expect(warnings().toSorted().toReversed()).toEqual([
    'ben: You come on call Tue 24 Nov 10:00, and nothing is proven to wake you',
    'ana: Ben comes on call Tue 24 Nov 10:00, and nothing is proven to wake them',
  ])
  await world.pass(120, 30)
  expect(warnings()).toHaveLength(2)
})

test('whoever has proven one way is left in peace', async () => {
  world = await makeWorld({ yaml: ROTA })
  await world.app.db.withTx('web', (tx) =>
    tx.query('update contacts set verified_at = clock_timestamp()'),
  )
  // It is looked at once an hour.
  await world.pass(65, 5)
  expect(warnings()).toEqual([])
})
