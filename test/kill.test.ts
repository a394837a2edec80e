import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { torture } from './rigs/torture.ts'

test('kill -9 of our process and of PostgreSQL under load loses nothing that was accepted, and no page (R2, I1, I4)', async () => {
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
  const result = await torture(6)
  expect(result.accepted).toBeGreaterThan(20)
  expect(result.lost).toEqual([])
  expect(result.unpaged).toEqual([])
  expect(result.healthy).toBe(true)
  // A message whose outcome a kill left unknown may come twice; nothing else may.
  expect(result.repeated).toBeLessThanOrEqual(result.kills * 4)
}, 240_000)
