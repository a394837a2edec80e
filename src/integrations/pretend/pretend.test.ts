import { expect, test } from 'vitest'
import { HOSTILE, message, UNPRINTABLE } from '../channel-conformance.ts'
import { createPretendChannel, PRETENDED_MAX } from './send.ts'

const { signal } = new AbortController()
const to = (device?: unknown) => ({ contact: { device }, settings: {} })

test('shows what would have been sent, on the device it was for', async () => {
  const screen = createPretendChannel()
  const outcome = await screen.send(message(), to('mailbox'), signal)
  expect(outcome).toEqual({ kind: 'sent', providerId: 'pretend-1' })
  expect(screen.shown()).toEqual([{ number: 1, device: 'mailbox', message: message() }])
})

test.each(['pager', '', undefined, 7, '__proto__'])('a device %j is a phone', async (device) => {
  const screen = createPretendChannel()
  await screen.send(message(), to(device), signal)
  expect(screen.shown()[0]?.device).toBe('phone')
})

test('tells those who look on, until they stop', async () => {
  const screen = createPretendChannel()
  const seen: number[] = []
  const stop = screen.onShow((one) => seen.push(one.number))
  await screen.send(message(), to(), signal)
  stop()
  await screen.send(message(), to(), signal)
  expect(seen).toEqual([1])
})

test('a screen that fails does not make a message unsent, nor keeps others from it', async () => {
  const screen = createPretendChannel()
  const seen: number[] = []
  screen.onShow(() => {
    throw new Error('gone')
  })
  screen.onShow((one) => seen.push(one.number))
  expect((await screen.send(message(), to(), signal)).kind).toBe('sent')
  expect(seen).toEqual([1])
})

test('keeps the latest and no more than it should', async () => {
  const screen = createPretendChannel()
  for (let n = 0; n < PRETENDED_MAX + 50; n += 1) await screen.send(message(), to(), signal)
  expect(screen.shown()).toHaveLength(PRETENDED_MAX)
  expect(screen.shown()[0]?.number).toBe(51)
})

test('what was shown is not changed from outside', async () => {
  const screen = createPretendChannel()
  await screen.send(message(), to(), signal)
  ;(screen.shown() as unknown[]).length = 0
  expect(screen.shown()).toHaveLength(1)
})

test.each(HOSTILE)('%s is shown without control characters, and cut', async (_what, text) => {
  const screen = createPretendChannel()
  await screen.send(message({ title: text, body: text }), to(text), signal)
  const shown = screen.shown()[0]?.message
  expect(`${shown?.title}${shown?.body}`).not.toMatch(UNPRINTABLE)
  expect(`${shown?.title}${shown?.body}`.length).toBeLessThanOrEqual(5_500)
  expect(shown?.body.isWellFormed()).toBe(true)
})
