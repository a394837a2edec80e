import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { launch, preparePlace } from './cluster.ts'
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded.ts'
import { isAlive } from './process.ts'
import { type Address, createDb, type Db } from './tx.ts'

const isRoot = process.getuid?.() === 0
const RUN = new URL('../../test/rigs/run-embedded.ts', import.meta.url).pathname
const NOBODY = 65_534

let home: string
let dataDir: string
/** Anybody may write here: what a child process needs besides. */
let shared: string
const endings: (() => Promise<unknown> | unknown)[] = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'embedded-'))
  chmodSync(home, 0o755)
  dataDir = join(home, 'data')
  shared = mkdtempSync(join(tmpdir(), 'shared-'))
  chmodSync(shared, 0o777)
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
  rmSync(home, { recursive: true, force: true })
  rmSync(shared, { recursive: true, force: true })
})

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const server = await startEmbedded({ dataDir, ...options })
  endings.push(() => server.stop())
  return server
}

function open(url: Address): Db {
  const db = createDb({ url })
  endings.push(() => db.close())
  return db
}

const run = (db: Db, text: string) => db.withTx('web', (tx) => tx.query(text))

type Said = {
  started?: { address: Exclude<Address, string>; pid: number }
  problem?: { code: string; reason: string; message: string }
  stopped?: true
}

/** The built-in PostgreSQL in a process of its own; what it said first. */
async function startElsewhere(directory: string, uid?: number): Promise<[ChildProcess, Said]> {
  const account = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, ['--import', 'tsx', RUN, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: shared, HOME: shared },
    ...account,
  })
  endings.push(async () => {
    child.stdin.end()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const [line] = await once(child.stdout, 'data')
  return [child, JSON.parse(String(line)) as Said]
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setImmediate(done))
}

const uidOf = (pid: number) =>
  Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

test('what was stored is there at the next start, under an account that is not root', async () => {
  const first = await start()
  const db = open(first)
  await run(db, 'create table kept as select 42 as answer')
  expect(uidOf(first.pid ?? 0)).not.toBe(0)
  expect(statSync(join(dataDir, 'pg/18')).mode & 0o777).toBe(0o700)
  expect(statSync(first.socketDir).mode & 0o777).toBe(0o700)
  expect(await run(db, 'show fsync')).toEqual([{ fsync: 'on' }])
  const pid = first.pid ?? 0
  await db.close()
  await first.stop()
  expect(isAlive(pid)).toBe(false)
  expect(first.pid).toBe(null)
  expect(await run(open(await start()), 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('a second start on the same directory is refused in words, here and in another process', async () => {
  const first = await start()
  const refusal = { code: 'conflict', reason: 'alreadyRunning' }
  await expect(startEmbedded({ dataDir })).rejects.toMatchObject(refusal)
  const [, said] = await startElsewhere(dataDir)
  expect(said.problem).toMatchObject(refusal)
  expect(said.problem?.message).toContain(`process ${process.pid}`)
  expect(await run(open(first), 'select 1 as one')).toEqual([{ one: 1 }])
})

test('kill -9 of our process stops the server, and the next start finds all that was committed', async () => {
  const [child, { started }] = await startElsewhere(dataDir)
  const db = open(started!.address)
  await run(db, 'create table kept as select 1 as one')
  child.kill('SIGKILL')
  await once(child, 'exit')
  // At once: the old server may still be on its way out.
  const next = await start()
  expect(next.pid).not.toBe(started!.pid)
  expect(isAlive(started!.pid)).toBe(false)
  expect(await run(open(next), 'select one from kept')).toEqual([{ one: 1 }])
})

test('kill -9 of our process leaves no process behind, although nobody starts again', async () => {
  const [child, { started }] = await startElsewhere(dataDir)
  child.kill('SIGKILL')
  await until(() => !isAlive(started!.pid))
  expect(existsSync(join(dataDir, 'pg/18/postmaster.pid'))).toBe(false)
  await until(() => !execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(dataDir))
})

test('kill -9 of the server: unavailable meanwhile, then back with everything, as often as it happens', async () => {
  const exits: string[] = []
  const server = await start({ onExit: (how) => exits.push(how) })
  const db = open(server)
  await run(db, 'create table kept (n int)')
  const reasons = new Set<unknown>()
  const answers = () =>
    run(db, 'select 1').then(
      () => true,
      (cause) => {
        reasons.add(cause.reason)
        return false
      },
    )
  for (let n = 1; n <= 3; n += 1) {
    await run(db, `insert into kept values (${n})`)
    const pid = server.pid ?? 0
    process.kill(pid, 'SIGKILL')
    await until(async () => !isAlive(pid) && !(await answers()))
    await until(answers)
    expect(server.pid).not.toBe(pid)
  }
  expect(await run(db, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  expect([...reasons]).toEqual(['databaseUnavailable'])
  expect(exits).toContain('exit code 137')
})

test.runIf(process.platform === 'linux')(
  'a server that cannot end in good order, as on a full disk, is ended all the same',
  async () => {
    const [child, { started }] = await startElsewhere(dataDir)
    const db = open(started!.address)
    await run(db, 'create table kept as select 1 as one')
    // Without its checkpointer a fast shutdown waits for ever.
    const processes = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' })
    const checkpointer = new RegExp(`^\\s*(\\d+)\\s+${started!.pid}\\s.*checkpointer`, 'm')
    process.kill(Number(checkpointer.exec(processes)?.[1]), 'SIGSTOP')
    child.kill('SIGKILL')
    await until(() => !isAlive(started!.pid))
    expect(await run(open(await start()), 'select one from kept')).toEqual([{ one: 1 }])
  },
)

test('a stop while the server is down, or coming up again, ends for good', async () => {
  for (const rest of [0, 150]) {
    const server = await start()
    process.kill(server.pid ?? 0, 'SIGKILL')
    await new Promise((done) => setTimeout(done, rest))
    await server.stop()
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(dataDir)
  }
})

test.each([
  ['empty', () => ''],
  ['of a process that is gone', () => '4194303\n'],
  ['of a process that is another program', () => `${process.pid}\n`],
  ['rubbish', () => 'rubbish\n'],
])('a pid file that is %s does not keep the server from starting', async (_, content) => {
  await (await start()).stop()
  writeFileSync(join(dataDir, 'pg/18/postmaster.pid'), content())
  await start()
})

test('a server that outlived its keeper is stopped and started anew', async () => {
  await (await start()).stop()
  const place = preparePlace(dataDir)
  const orphan = launch(place, join(place.bin, 'postgres'), [
    ...['-D', place.clusterForServer, '-c', 'listen_addresses='],
    ...['-c', `unix_socket_directories=${place.socketDirForServer}`],
  ])
  await until(() => existsSync(join(place.socketDir, '.s.PGSQL.5432')))
  const server = await start()
  expect(server.pid).not.toBe(orphan.pid)
  expect(isAlive(orphan.pid ?? 0)).toBe(false)
})

test('a first making that was cut short is made again', async () => {
  mkdirSync(join(dataDir, 'pg/18.new'), { recursive: true })
  writeFileSync(join(dataDir, 'pg/18.new/PG_VERSION'), '18\n')
  await start()
  expect(existsSync(join(dataDir, 'pg/18.new'))).toBe(false)
})

test('a path too long for a socket has it in a short, private place, removed at the end', async () => {
  const server = await start({ dataDir: join(home, 'long'.repeat(30), 'data') })
  expect(server.socketDir.length).toBeLessThan(90)
  expect(statSync(server.socketDir).mode & 0o777).toBe(0o700)
  expect(await run(open(server), 'select 1 as one')).toEqual([{ one: 1 }])
  for (const end of endings.splice(0).reverse()) await end()
  expect(existsSync(server.socketDir)).toBe(false)
})

test.runIf(isRoot)('data that root copied is given to the account of the server', async () => {
  await (await start()).stop()
  const copy = join(home, 'copy')
  cpSync(dataDir, copy, { recursive: true })
  execFileSync('chown', ['-R', '0:0', copy])
  chmodSync(join(copy, 'pg/18'), 0o755)
  await start({ dataDir: copy })
})

test.runIf(isRoot)('as root, a private home is no obstacle, and stays private', async () => {
  chmodSync(home, 0o700)
  const server = await start()
  expect(await run(open(server), 'create table made_here as select 1')).toEqual([])
  expect(uidOf(server.pid ?? 0)).not.toBe(0)
  process.kill(server.pid ?? 0, 'SIGKILL')
  await until(() =>
    run(open(server), 'select 1').then(
      () => true,
      () => false,
    ),
  )
  expect(statSync(home).mode & 0o777).toBe(0o700)
})

test.runIf(isRoot)(
  'as root, data that belongs to an ordinary account is served as that account',
  async () => {
    mkdirSync(dataDir)
    chownSync(dataDir, NOBODY, NOBODY)
    const first = await start()
    expect(uidOf(first.pid ?? 0)).toBe(NOBODY)
    await first.stop()
    // An account needs a name to make the data, not to serve it.
    execFileSync('chown', ['-R', '12345:12345', dataDir])
    expect(uidOf((await start()).pid ?? 0)).toBe(12_345)
  },
)

test.runIf(isRoot)('as an ordinary user the server runs as that user', async () => {
  chownSync(home, NOBODY, NOBODY)
  const [child, said] = await startElsewhere(dataDir, NOBODY)
  expect(said).toMatchObject({ started: { pid: expect.any(Number) } })
  expect(uidOf(said.started!.pid)).toBe(NOBODY)
  const [stopped] = await Promise.all([once(child.stdout!, 'data'), child.stdin!.end()])
  expect(JSON.parse(String(stopped))).toEqual({ stopped: true })
})

test.runIf(isRoot)(
  'as an ordinary user, a directory of somebody else is refused in words',
  async () => {
    mkdirSync(dataDir, { mode: 0o700 })
    const [, said] = await startElsewhere(dataDir, NOBODY)
    expect(said.problem).toMatchObject({ code: 'unavailable', reason: 'noPermission' })
    expect(said.problem?.message).toContain(dataDir)
  },
)

test.runIf(isRoot)(
  'programs installed in a private home are copied to where the account can run them',
  () => {
    const account = findAccount(dataDir, dataDir)
    const installed = join(home, 'private')
    mkdirSync(installed, { mode: 0o700 })
    const native = dirname(findBinaries(home, account))
    cpSync(dirname(native), join(installed, 'package'), { recursive: true })
    const bin = findBinaries(join(home), account, join(installed, 'package/native'))
    expect(bin).not.toContain('private')
    const version = execFileSync(join(bin, 'postgres'), ['--version'], { ...account, cwd: '/' })
    expect(String(version)).toContain('PostgreSQL')
  },
)

test('a directory that is a file, and data that is damaged, are said in words', async () => {
  await expect(startEmbedded({ dataDir: '/dev/null' })).rejects.toMatchObject({
    reason: 'notADirectory',
  })
  await (await start()).stop()
  truncateSync(join(dataDir, 'pg/18/global/pg_control'), 100)
  await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ reason: 'dataDamaged' })
  // The directory was let go of: no "already running" next.
  await expect(startEmbedded({ dataDir })).rejects.toMatchObject({ reason: 'dataDamaged' })
})

test('data of another PostgreSQL is said in words', async () => {
  await (await start()).stop()
  writeFileSync(join(dataDir, 'pg/18/PG_VERSION'), '17\n')
  await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
    code: 'unavailable',
    reason: 'dataOfAnotherVersion',
  })
})

test.runIf(isRoot)(
  'a full disk is said in words, and healed by freeing some of it',
  async (context) => {
    try {
      mkdirSync(dataDir)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=76m', 'tmpfs', dataDir], {
        stdio: 'ignore',
      })
    } catch {
      context.skip('a small file system cannot be mounted here')
    }
    endings.push(() => execFileSync('umount', [dataDir]))
    const ballast = join(dataDir, 'ballast')
    const server = await start()
    const db = open(server)
    await run(db, 'create table kept as select 1 as n')
    const reasons = new Set<unknown>()
    const fill = () => run(db, 'insert into kept select 2 from generate_series(1, 100000)')
    writeFileSync(ballast, Buffer.alloc(20 * 1024 * 1024))
    await until(() =>
      fill().then(
        () => false,
        (cause) => {
          reasons.add(cause.reason)
          return cause.code === 'unavailable'
        },
      ),
    )
    expect(['databaseFull', 'databaseUnavailable']).toContain([...reasons][0])
    await server.stop()
    expect(() => appendFileSync(ballast, Buffer.alloc(64 * 1024 * 1024))).toThrow('ENOSPC')
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'diskFull',
    })
    rmSync(ballast)
    const again = open(await start())
    expect(await run(again, 'select n from kept where n = 1')).toEqual([{ n: 1 }])
  },
)
