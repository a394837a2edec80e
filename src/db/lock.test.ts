import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from './lock.ts'
import { isAlive, startOf } from './process.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(directory, 'allclear.lock')
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Whereabouts as the lock of this process has them. */
async function ownWhereabouts(): Promise<string> {
  const lock = await takeLock(directory)
  const where = readFileSync(path, 'utf8').split('\n')[2] ?? ''
  lock.release()
  return where
}

/** A process that has ended: its number is nobody's. */
async function deadProcess(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid ?? 0
}

const refused = { code: 'conflict', reason: 'alreadyRunning' }

test('a second taker is refused in words until the first lets go', async () => {
  const lock = await takeLock(directory)
  await expect(takeLock(directory)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining(`process ${process.pid}`),
  })
  lock.release()
  expect(existsSync(path)).toBe(false)
  ;(await takeLock(directory)).release()
})

test('of many takers at once exactly one gets it', async () => {
  writeFileSync(path, `${await deadProcess()}\n1\n${await ownWhereabouts()}\n`)
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(directory)))
  const locks = outcomes.filter((one) => one.status === 'fulfilled')
  expect(locks).toHaveLength(1)
})

test('the lock of a process that is gone is taken over', async () => {
  writeFileSync(path, `${await deadProcess()}\n1\n${await ownWhereabouts()}\n`)
  ;(await takeLock(directory)).release()
})

test('the lock of a gone process whose number another has now is taken over', async () => {
  writeFileSync(path, `${process.ppid}\n1\n${await ownWhereabouts()}\n`)
  expect(startOf(process.ppid)).not.toBe('1')
  ;(await takeLock(directory)).release()
})

test('an empty or unreadable lock is nobody’s', async () => {
  writeFileSync(path, '')
  ;(await takeLock(directory, 300)).release()
  writeFileSync(path, 'rubbish')
  ;(await takeLock(directory, 300)).release()
})

test('the lock of another container is refused while its owner touches it', async () => {
  writeFileSync(path, '7\n100\nanother boot pid:[1]\n')
  const beating = setInterval(() => utimesSync(path, performance.now(), performance.now()), 50)
  await expect(takeLock(directory)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('another container'),
  })
  clearInterval(beating)
  ;(await takeLock(directory, 300)).release()
})

test('letting go does not take away the lock that somebody else has by now', async () => {
  const lock = await takeLock(directory)
  writeFileSync(path, '7\n100\nanother boot pid:[1]\n')
  lock.release()
  expect(existsSync(path)).toBe(true)
})

test('a process that has ended and is not yet collected counts as dead', async () => {
  // By the time the child ends, the shell has become a program that collects nobody.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'])
  const [told] = await once(parent.stdout, 'data')
  const pid = Number(String(told))
  while (isAlive(pid)) await new Promise((done) => setImmediate(done))
  expect(existsSync(`/proc/${pid}`)).toBe(process.platform === 'linux')
  parent.kill()
  await once(parent, 'exit')
})
