import { expect, test } from 'vitest'
import { type Answer, type Grade, GRADES, ITEMS, scoreOf } from './survey.ts'

const answer = (overall: Grade, part: Partial<Answer> = {}): Answer => ({
  prepared: 3,
  supported: 3,
  actionable: 3,
  rest: 3,
  fair: 3,
  authority: 3,
  overall,
  ...part,
})

const grades = (...all: Grade[]): Answer[] => all.map((grade) => answer(grade))

test('ONC-08 a mean of 4.2 is above the target', () => {
  expect(scoreOf(grades(5, 4, 4, 5, 3))).toMatchObject({
    answers: 5,
    score: 4.2,
    isAboveTarget: true,
  })
})

test('ONC-08 a mean of 4.0 is not', () => {
  expect(scoreOf(grades(4, 4, 4, 4, 4))).toMatchObject({ score: 4, isAboveTarget: false })
  expect(scoreOf(grades(5, 5, 5, 3, 2, 4))).toMatchObject({ score: 4, isAboveTarget: false })
})

test('ONC-08 four answers are not shown, and nor is none', () => {
  expect(scoreOf(grades(5, 5, 4, 2))).toBeNull()
  expect(scoreOf(grades(5))).toBeNull()
  expect(scoreOf([])).toBeNull()
})

test('every item has its mean and how many gave each grade', () => {
  const score = scoreOf([
    ...grades(4, 4, 4),
    answer(2, { rest: 1, fair: 5 }),
    answer(5, { rest: 2, fair: 5 }),
  ])
  expect(Object.keys(score?.items ?? {})).toEqual([...ITEMS])
  expect(score?.items.rest).toEqual({ mean: 2.4, distribution: { 1: 1, 2: 1, 3: 3, 4: 0, 5: 0 } })
  expect(score?.items.fair).toEqual({ mean: 3.8, distribution: { 1: 0, 2: 0, 3: 3, 4: 0, 5: 2 } })
  expect(score?.items.overall.mean).toBe(score?.score)
  const { distribution } = score!.items.overall
  expect(GRADES.map((grade) => distribution[grade])).toEqual([0, 1, 0, 3, 1])
})
