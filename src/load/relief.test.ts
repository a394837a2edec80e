import { expect, test } from 'vitest'
import { needsRelief, whoCouldRelieve } from './relief.ts'
import type { PersonLoad } from './summary.ts'

const load = (personId: string, pages: number, sleep = 0): PersonLoad =>
  ({
    personId,
    pagesInSevenDays: pages,
    sleepPagesInSevenDays: sleep,
    isOverloaded: pages > 5,
  }) as PersonLoad

test('six pages in seven days, or three in sleep, are too much; five and two are not', () => {
  expect([load('ana', 6), load('ana', 3, 3)].map(needsRelief)).toEqual([true, true])
  expect([load('ana', 5), load('ana', 2, 2)].map(needsRelief)).toEqual([false, false])
})

test('those who had quiet days and are there could take over, three at most, in no order of merit', () => {
  const ana = load('ana', 7)
  const team = [ana, load('ben', 1), load('cy', 2), load('dan', 0), load('eve', 0), load('fay', 0)]
  expect(whoCouldRelieve(ana, team, new Set())).toEqual(['ben', 'dan', 'eve'])
  expect(whoCouldRelieve(ana, team, new Set(['ben', 'dan']))).toEqual(['eve', 'fay'])
  expect(whoCouldRelieve(ana, [ana], new Set())).toEqual([])
})
