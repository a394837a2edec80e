/**
 * A rig that cannot fail proves nothing. Each mutant is the engine with one line broken by hand, in a
 * copy of its own; the simulator has to find every one of them.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = resolve('.mutants')
const SEEDS = 400

/** What breaks, the file, and the line before and after. */
const MUTANTS: readonly [string, string, string | RegExp, string][] = [
  [
    'a claim never ends',
    'engine/claim.ts',
    'wakeAt: now + LEASE_MS',
    'wakeAt: now + 10_000 * LEASE_MS',
  ],
  ['a claim ends at once', 'engine/claim.ts', 'wakeAt: now + LEASE_MS', 'wakeAt: now'],
  [
    'what a dead sender held is forgotten',
    'engine/claim.ts',
    /rows\.push\(\.\.\.\(await afterDeath\([^)]*\)\)\)/,
    'rows.push({ ...attempt, wakeAt: null })',
  ],
  [
    'a failed send is tried once only',
    'notify/outcome.ts',
    "if (outcome.kind === 'gaveUp') return null",
    'return null',
  ],
  [
    'a lost answer is tried for ever',
    'notify/outcome.ts',
    'if (unknownCount >= DELIVERIES_PER_SLOT_MAX) return null',
    '',
  ],
  [
    'the climb is not told that somebody cannot be reached',
    'notify/outcome.ts',
    'unreachable: !isAnythingLeft',
    'unreachable: false',
  ],
  [
    'a resolved group keeps its climb',
    'engine/settle.ts',
    "advance(desk, climbId, { kind: 'stopped', reason: 'resolved' })",
    '',
  ],
  [
    'a climb that moves on leaves its pages open',
    'escalation/decide.ts',
    "effects: [{ kind: 'supersede', reason: 'climbMovedOn' }, ...decision.effects]",
    'effects: decision.effects',
  ],
  [
    'holding a climb leaves its pages open',
    'escalation/decide.ts',
    "effects: [{ kind: 'closePages', as, reason: because }]",
    'effects: []',
  ],
  [
    'a step that nobody covers is waited for',
    'escalation/decide.ts',
    'if (reachable.length > 0) {',
    'if (people.length > 0 || reachable.length > 0) {',
  ],
  [
    'the end of a ladder is the end of paging',
    'escalation/decide.ts',
    "state: { status: 'exhausted', wakeAt: facts.now + FALLBACK_EVERY_MS, times }",
    "state: { status: 'stopped', reason: 'exhausted' }",
  ],
  [
    'pages are named without the version',
    'engine/advance.ts',
    '`${climb.id}:${climb.version}:${index}`',
    '`${climb.id}:${index}`',
  ],
  [
    'a closed page keeps what waits',
    'engine/advance.ts',
    "attempt.pageId !== page.id || attempt.status !== 'waiting'",
    'true',
  ],
  ['the group does not follow its climb', 'engine/advance.ts', '  follow(desk, moved)\n', ''],
  [
    'the climb’s column lags behind its state',
    'engine/advance.ts',
    'wakeAt: wakeAtOf(decision.state)',
    'wakeAt: climb.wakeAt',
  ],
  ['a page is not written into the log', 'engine/advance.ts', "kind: 'paged'", "kind: 'pagd'"],
  [
    'one poisoned row stops the beat',
    'engine/tick.ts',
    'if (ids.length === 0 || isPassing(cause)) throw cause',
    'throw cause',
  ],
  [
    'a group counts an alert twice',
    'alerts/join.ts',
    "const counted = isMember ? before : 'none'",
    "const counted = 'none'",
  ],
  [
    'an alert is not looked at again when its pause ends',
    'alerts/pipeline.ts',
    'const wakes = [alert.suppression?.until, alert.endsAt, ...begins]',
    'const wakes = [alert.endsAt, ...begins]',
  ],
  [
    'a rise of urgency leaves the climb held',
    'escalation/decide.ts',
    "return state.status === 'held' && state.because !== 'suppressed'\n        ? resume(state, facts)\n        : stay(state)\n    case 'suppressed'",
    "return stay(state)\n    case 'suppressed'",
  ],
]

beforeAll(() => {
  rmSync(ROOT, { recursive: true, force: true })
  mkdirSync(ROOT)
})
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))

function plant(name: string, file: string, from: string | RegExp, to: string): string {
  const directory = join(ROOT, name.replaceAll(/[^a-z]+/gi, '-'))
  cpSync('src', join(directory, 'src'), { recursive: true })
  mkdirSync(join(directory, 'test/rigs'), { recursive: true })
  for (const rig of ['simulate.ts', 'simulate-many.ts'])
    cpSync(join('test/rigs', rig), join(directory, 'test/rigs', rig))
  const path = join(directory, 'src', file)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(from, () => to)
  if (after === before) throw new Error(`The mutant "${name}" does not fit ${file} any more.`)
  writeFileSync(path, after)
  return directory
}

const run = (directory: string): Promise<{ code: number | null; text: string }> =>
  new Promise((done) => {
    const child = spawn(
      'npx',
      ['tsx', join(directory, 'test/rigs/simulate-many.ts'), '--seeds', String(SEEDS)],
      { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
    )
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    child.once('close', (code) => done({ code, text }))
  })

test('every mutant is caught', async () => {
  const waiting = [...MUTANTS]
  const survived: string[] = []
  const caught: string[] = []
  const worker = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const [name, file, from, to] = mutant
      const directory = plant(name, file, from, to)
      const { code, text } = await run(directory)
      if (code === 0) survived.push(name)
      else
        caught.push(
          `${name}: ${text.split('\n').find((line) => line.startsWith('seed')) ?? 'did not come to an end'}`,
        )
      rmSync(directory, { recursive: true, force: true })
    }
  }
  await Promise.all([worker(), worker()])
  expect(survived).toEqual([])
  expect(caught).toHaveLength(MUTANTS.length)
}, 600_000)
