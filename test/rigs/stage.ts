/**
 * Where the simulator plays: the engine's storage, with its rows in view and a place to break it.
 * One stage is memory, for thousands of stories; the other is PostgreSQL, to see that both are alike.
 */
import type { Directory } from '../../src/directory/directory.ts'
import { type EngineStore, KINDS, type Kind, type Rows } from '../../src/engine/store.ts'
import { createMemoryStore, type Memory } from '../../src/engine/store-memory.ts'
import { engineTx } from '../../src/engine/store-sql.ts'
import { TABLES } from '../../src/engine/tables.ts'
import type { Id } from '../../src/lib/id.ts'
import type { Entry } from '../../src/timeline/entry.ts'
import { freshDatabase } from './database.ts'

export type Stage = EngineStore & {
  /** The rows as they were when everything had settled. */
  memory: Pick<Memory, 'rows' | 'entries'>
  /** Throws to break a transaction: before it is committed, or after. */
  onCommit: (when: 'before' | 'after', pool: string) => void
  /** Waits until nothing is under way. */
  settled(): Promise<void>
  /** Makes a climb unreadable. */
  poison(climbId: Id): Promise<void>
  /** Takes unreadable climbs out of the play. */
  putPoisonedAside(): Promise<void>
}

export type MakeStage = (clock: () => number, directory: () => Directory) => Promise<Stage> | Stage

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

export const onMemory: MakeStage = (clock, directory) => {
  const store = createMemoryStore(clock, directory)
  const climbs = store.memory.rows.climb
  return Object.assign(store, {
    settled: turn,
    async poison(climbId: Id) {
      const climb = climbs.get(climbId)
      if (climb) climbs.set(climbId, { ...climb, ladder: null as never })
    },
    async putPoisonedAside() {
      for (const climb of climbs.values())
        if (climb.ladder === null) climbs.set(climb.id, { ...climb, quarantine: 'by the rig' })
    },
  })
}

/** One database for many stories: each begins with empty tables. */
export async function onPostgres(): Promise<{ make: MakeStage; end: () => Promise<void> }> {
  let now: () => number = () => 0
  const fresh = await freshDatabase({ clock: { toVirtual: () => now() } })
  const { db } = fresh
  const run = (text: string, values: unknown[] = []) =>
    db.withTx('web', (tx) => tx.query(text, values))

  async function make(clock: () => number, directory: () => Directory): Promise<Stage> {
    now = clock
    await run(
      'truncate alerts, groups, climbs, pages, attempts, requests, signals, timeline cascade',
    )
    let underWay = 0
    const read = async (): Promise<Stage['memory']> =>
      db.withTx('web', async (tx) => {
        const found = KINDS.map(async (kind): Promise<[Kind, Map<Id, Rows[Kind]>]> => {
          const { name, select } = TABLES[kind]
          const rows = await tx.query<Rows[Kind]>(`select ${select} from ${name} order by id`)
          return [kind, new Map(rows.map((row) => [row.id, row]))]
        })
        const rows = await Promise.all(found)
        const entries = await tx.query<Entry>('select kind from timeline order by seq')
        return { rows: Object.fromEntries(rows) as Memory['rows'], entries }
      })
    const stage: Stage = {
      memory: await read(),
      onCommit: () => undefined,
      async transaction(pool, work) {
        underWay += 1
        try {
          const result = await db.withTx(pool, async (tx) => {
            const done = await work(engineTx(tx, async () => directory()))
            stage.onCommit('before', pool)
            return done
          })
          stage.onCommit('after', pool)
          return result
        } finally {
          underWay -= 1
        }
      },
      async settled() {
        for (let calm = 0; calm < 3; calm = underWay === 0 ? calm + 1 : 0) await turn()
        stage.memory = await read()
      },
      async poison(climbId) {
        await run(`update climbs set ladder = 'null' where id = $1`, [climbId])
      },
      async putPoisonedAside() {
        await run(`update climbs set quarantine = 'by the rig' where ladder = 'null'`)
      },
    }
    return stage
  }
  return { make, end: () => fresh.drop() }
}
