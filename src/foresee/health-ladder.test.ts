import { expect, test } from 'vitest'
import { MINUTE } from '../lib/instant.ts'
import { override, rotation } from '../oncall/schedule.rig.ts'
import {
  contact,
  EIGHT,
  EIGHT_LATER,
  ladder,
  person,
  rotating,
  told,
  weekly,
} from './health.rig.ts'

test('ONC-01: four people on a primary are on call a quarter of the time', () => {
  const schedules = [weekly('primary', 'ana ben cem dan')]
  expect(told('loadShare', { schedules, ladders: [ladder('payments', 'primary')] })).toEqual([])
})

test('ONC-01: four people on a primary and a secondary are on call half of the time', () => {
  const schedules = [weekly('primary', 'ana ben cem dan'), weekly('secondary', 'cem dan ana ben')]
  const ladders = [ladder('payments', 'primary, secondary, primary')]
  expect(told('loadShare', { schedules, ladders })).toEqual([
    'payments: 4 people carry the 2 schedules of `payments`: each is on call 50 % of the time, more than 25 %',
  ])
})

test('ONC-01: eight people on a primary and a secondary are on call a quarter of the time', () => {
  const schedules = [weekly('primary', EIGHT), weekly('secondary', EIGHT_LATER)]
  const ladders = [ladder('payments', 'primary, secondary')]
  expect(told('loadShare', { schedules, ladders })).toEqual([])
})

test('whoever covers both steps is told at the first hour of it', () => {
  const cover = override('eva', '2026-11-04T10:00', '2026-11-05T10:00')
  const schedules = [
    weekly('primary', EIGHT, { overrides: [cover] }),
    weekly('secondary', EIGHT_LATER),
  ]
  expect(
    told('primaryIsSecondary', { schedules, ladders: [ladder('payments', 'primary, secondary')] }),
  ).toEqual([
    'payments: Eva is on call in `primary` and in `secondary`, steps 1 and 2 of `payments`, from Wed 4 Nov 10:00 to Thu 5 Nov 10:00 (UTC): whoever did not answer is paged again',
  ])
})

test('secondary after primary, with no instant in both, is fine', () => {
  const schedules = [weekly('primary', 'ana ben cem'), weekly('secondary', 'cem ana ben')]
  const ladders = [ladder('payments', 'primary, secondary')]
  expect(told('primaryIsSecondary', { schedules, ladders })).toEqual([])
})

test('the same person two steps apart, or the same schedule twice, was meant so', () => {
  const schedules = [weekly('primary', 'ana'), weekly('secondary', 'ben'), weekly('last', 'ana')]
  const ladders = [ladder('payments', 'primary, primary, secondary, last')]
  expect(told('primaryIsSecondary', { schedules, ladders })).toEqual([])
})

const WITH_RULES = person('ana', {
  contacts: [contact('push', 'ntfy'), contact('phone', 'voice')],
  rules: {
    high: [
      { afterMs: 0, contact: 'push' },
      { afterMs: 6 * MINUTE, contact: 'phone' },
    ],
    low: [],
  },
})

test('a call that comes after the climb has moved on will never ring', () => {
  const ladders = [
    ladder('slow', 'primary', 7 * MINUTE),
    ladder('payments', 'primary, secondary', 5 * MINUTE),
  ]
  expect(
    told('overtaken', { people: [WITH_RULES], schedules: [weekly('primary', EIGHT)], ladders }),
  ).toEqual([
    "ana: the climb of `payments` moves on from step 1 at 5 min, Ana's call (`phone`) at 6 min will never ring",
  ])
})

test('a call that comes before the climb moves on rings', () => {
  const ladders = [ladder('payments', 'primary+person:ana', 7 * MINUTE)]
  expect(
    told('overtaken', { people: [WITH_RULES], schedules: [weekly('primary', EIGHT)], ladders }),
  ).toEqual([])
})

test('the defaults are made to be cut off, and who is on no ladder is not cut off', () => {
  const ladders = [ladder('payments', 'primary', 2 * MINUTE)]
  const others = rotating('primary', [rotation('ben cem dan eva')])
  expect(told('overtaken', { people: [WITH_RULES], schedules: [others], ladders })).toEqual([])
})
