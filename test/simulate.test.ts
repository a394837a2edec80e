import { expect, test } from 'vitest'
import { simulate } from './rigs/simulate.ts'
import { onPostgres } from './rigs/stage.ts'

const SEEDS = 2_000
const SEEDS_ON_POSTGRES = 100

test(`${SEEDS} seeded stories with crashes, lost answers, zombies and people end with every obligation met (R1)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { wrong, trace } = await simulate(seed)
    if (wrong !== null) expect.fail(`seed ${seed}: ${wrong}\n${trace.join('\n')}`)
  }
}, 300_000)

test(`${SEEDS_ON_POSTGRES} of them end the same way on PostgreSQL (R1)`, async () => {
  const postgres = await onPostgres()
  try {
    for (let seed = 1; seed <= SEEDS_ON_POSTGRES; seed += 1) {
      const { wrong, trace } = await simulate(seed, postgres.make)
      if (wrong !== null) expect.fail(`seed ${seed}: ${wrong}\n${trace.join('\n')}`)
    }
  } finally {
    await postgres.end()
  }
}, 300_000)

test('one seed is one story, always the same', async () => {
  const [first, second] = [await simulate(7), await simulate(7)]
  expect(second).toEqual(first)
  expect((await simulate(8)).trace).not.toEqual(first.trace)
})
