/**
 * Plain SQL for whole rows: a table is described once by its columns, and rows are read and
 * written as the nouns they are. One statement writes any number of rows.
 */
import { toIso } from '../lib/instant.ts'

export type ColumnType = 'uuid' | 'text' | 'int4' | 'int8' | 'bool' | 'jsonb' | 'timestamptz'

export type Statement = { text: string; values: unknown[] }

export type Table<Row> = {
  name: string
  /** `"source_id" as "sourceId", …` for a select. */
  select: string
  /** Inserts rows, or replaces them by id. Takes what `values` gives. */
  upsert: string
  values(rows: readonly Row[]): unknown[]
  insert(rows: readonly Row[]): Statement
  /**
   * Writes the columns that differ in any of the rows, and only those; null: none does.
   * @param rows each as it was read and as it is now
   */
  update(rows: readonly { before: Row; after: Row }[]): Statement | null
}

/**
 * @param name of the table, whose primary key is `id`
 * @param columns names as the noun has them; in SQL they are snake_case
 * @param filled columns that the database fills where they are null, with the SQL that gives the value
 */
export function table<Row extends Record<string, unknown>>(
  name: string,
  columns: { [Column in keyof Row & string]: ColumnType },
  filled: { [Column in keyof Row & string]?: string } = {},
): Table<Row> {
  type Column = keyof Row & string
  const all = Object.keys(columns) as Column[]
  const quoted = (column: Column): string => `"${snake(column)}"`
  const listed = (some: readonly Column[]): string =>
    some.map((column, index) => `$${index + 1}::${carrier(columns[column])}[]`).join(', ')
  const cast = (column: Column, index: number): string =>
    columns[column] === 'jsonb' ? `v.c${index}::jsonb` : `v.c${index}`
  const named = (some: readonly Column[]): string => some.map((_, index) => `c${index}`).join(', ')
  const valuesOf = (some: readonly Column[], rows: readonly Row[]): unknown[] =>
    some.map((column) => rows.map((row) => toSql(row[column], columns[column])))

  const inserted = all.map((column, index) =>
    filled[column] ? `coalesce(${cast(column, index)}, ${filled[column]})` : cast(column, index),
  )
  const insert = `insert into ${name} (${all.map(quoted).join(', ')})
    select ${inserted.join(', ')} from unnest(${listed(all)}) as v(${named(all)})`

  const replaced = all.filter((column) => column !== 'id').map(quoted)
  const upsert = `${insert}
    on conflict (id) do update set ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}`

  const updates = new Map<string, string>()
  function updateOf(some: readonly Column[]): string {
    const key = some.join()
    const known = updates.get(key)
    if (known !== undefined) return known
    const set = some
      .map((column, index) => `${quoted(column)} = ${cast(column, index)}`)
      .filter((_, index) => index > 0)
    const made = `update ${name} set ${set.join(', ')}
      from unnest(${listed(some)}) as v(${named(some)}) where ${name}.id = v.c0`
    updates.set(key, made)
    return made
  }

  return {
    name,
    select: all.map((column) => `${quoted(column)} as "${column}"`).join(', '),
    upsert,
    values: (rows) => valuesOf(all, rows),
    insert: (rows) => ({ text: insert, values: valuesOf(all, rows) }),
    update(rows) {
      const changed = all.filter((column) =>
        rows.some(({ before, after }) => before[column] !== after[column]),
      )
      if (changed.length === 0) return null
      const some = ['id' as Column, ...changed]
      return {
        text: updateOf(some),
        values: valuesOf(
          some,
          rows.map(({ after }) => after),
        ),
      }
    },
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

/** jsonb travels as text: an array of jsonb would be read as nested arrays by some poolers. */
const carrier = (type: ColumnType): string => (type === 'jsonb' ? 'text' : type)

function toSql(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null
  if (type === 'jsonb') return JSON.stringify(value)
  if (type === 'timestamptz') return toIso(value as number)
  return value
}
