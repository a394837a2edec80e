/** An incident from a terminal, from the declaration to the all-clear. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { ADMIN, makeWorld, type World } from '../rigs/world.ts'

let world: World
let directory = ''
let text = ''
let complaints = ''
beforeEach(async () => {
  world = await makeWorld()
  directory = mkdtempSync(join(tmpdir(), 'allclear-cli-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
  await world.end()
})

/** Gives the exit code; what was printed is in `text`. */
async function run(...argv: string[]): Promise<number> {
  text = ''
  complaints = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    complaints += String(chunk)
    return true
  })
  try {
    return await runCli(['--url', world.app.url, '--token', ADMIN, ...argv])
  } finally {
    vi.restoreAllMocks()
  }
}
const file = (content: string): string => {
  const path = join(directory, 'file.yaml')
  writeFileSync(path, content)
  return path
}

test('an incident is commanded from a terminal', async () => {
  expect(await run('declare', 'Checkout fails', '--severity', 'sev2', '--service', 'shop')).toBe(0)
  expect(text).toMatch(/^INC-1: /)
  expect(await run('role', 'INC-1', 'commander', 'ana')).toBe(0)
  expect(await run('hypothesis', 'INC-1', 'the deploy of 13:55')).toBe(0)
  expect(await run('hypothesis', 'INC-1', 'pool', '--refuted')).toBe(2)
  expect(await run('hypothesis', 'INC-1', 'deploy', '--for', 'it began then')).toBe(0)
  expect(await run('hypothesis', 'INC-1', 'deploy', '--confirmed')).toBe(0)
  expect(await run('role', 'INC-1', 'technical-lead', 'ben')).toBe(0)
  expect(await run('note', 'INC-1', 'the pool is at 40 %')).toBe(0)
  expect(await run('decide', 'INC-1', 'roll back')).toBe(0)
  expect(await run('raise', 'INC-1', 'SEV1', '--reason', 'all of them')).toBe(0)
  expect(
    await run(
      'update',
      'INC-1',
      '--to',
      'customers',
      '--service',
      'Checkout',
      '--impact',
      'Some checkouts fail',
      '--actions',
      'We are working on it',
      '--preview',
    ),
  ).toBe(0)
  expect(text).toContain('Some checkouts fail')
  expect(
    await run(
      'update',
      'INC-1',
      '--to',
      'customers',
      '--service',
      'Checkout',
      '--impact',
      'Some checkouts fail',
      '--actions',
      'We are working on it',
    ),
  ).toBe(0)
  await world.pass(20, 5)
  expect(await run('owed', 'INC-1')).toBe(1)
  expect(text).toMatch(/the first message/)
  expect(await run('mitigate', 'INC-1')).toBe(0)
  expect(await run('clear', 'INC-1')).toBe(1)
  expect(complaints).toMatch(/watched long enough.*\(reason\)/)
  expect(await run('check', 'INC-1')).toBe(0)
  expect(await run('clear', 'INC-1', '--reason', 'an exercise')).toBe(0)
  expect(await run('incident', 'show', 'INC-1')).toBe(0)
  expect(text).toMatch(/INC-1 {2}SEV1 {2}resolved/)
  expect(text).toMatch(/decided: roll back/)
  expect(await run('incidents')).toBe(0)
  expect(text.trim()).toBe('No incident.')
})

test('what a terminal cannot mean is said, with the exit code of wrong usage', async () => {
  expect(await run('raise', 'INC-1', 'SEV9')).toBe(2)
  expect(complaints).toMatch(/"SEV9" is no severity/)
  expect(await run('role', 'INC-1', 'boss')).toBe(2)
  expect(complaints).toMatch(/commander, technical-lead/)
  expect(await run('note', 'INC-7', 'hello')).toBe(4)
  expect(await run('simulate', join(directory, 'nowhere.yaml'))).toBe(2)
})

test('a policy is tried before it is taken', async () => {
  const script = file(
    'title: Down\nanswers: { mode: outage, scope_pct: 100 }\nsteps:\n  - { at: 2m, acknowledge: ana }\n',
  )
  expect(await run('simulate', script)).toBe(0)
  expect(text).toMatch(/\+0:00 {2}paged .*2 steps/)
  expect(text).toMatch(/In the end: SEV1, investigating/)
  expect(await run('policy')).toBe(0)
  expect(text).toMatch(/SEV1 +Critical +5m/)
  const candidate = file('policy: { levels: { sev1: { page_steps: 3 } } }')
  expect(await run('backtest', '--policy', candidate)).toBe(0)
  expect(text).toMatch(/incidents +0 +0/)
  expect(
    await run('backtest', '--policy', file('policy: { levels: { sev1: { respond: soon } } }')),
  ).toBe(1)
  expect(complaints).toMatch(/line 1.*soon/)
  expect(
    await run('import-policy', file('| Level | Response |\n|---|---|\n| SEV1 | < 3 min |\n')),
  ).toBe(0)
  expect(text).toMatch(/respond: 3m/)
})
