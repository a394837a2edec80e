/**
 * Plain SQL for whole rows: a table is described once by its columns, and rows are read and
 * written as the nouns they are. One statement writes any number of rows.
 */
import { toIso } from '../lib/instant.ts'

export type ColumnType = 'uuid' | 'text' | 'int4' | 'int8' | 'bool' | 'jsonb' | 'timestamptz'

export type Table<Row> = {
  name: string
  /** `"source_id" as "sourceId", …` for a select. */
  select: string
  /** Inserts rows, or replaces them by id. Takes what `values` gives. */
  upsert: string
  values(rows: readonly Row[]): unknown[]
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
  const all = Object.keys(columns) as (keyof Row & string)[]
  const names = all.map((column) => `"${snake(column)}"`)
  const arrays = all.map((column, index) => `$${index + 1}::${carrier(columns[column])}[]`)
  const cast = all.map((column, index) => {
    const value = columns[column] === 'jsonb' ? `c${index}::jsonb` : `c${index}`
    return filled[column] ? `coalesce(${value}, ${filled[column]})` : value
  })
  const updates = names.filter((column) => column !== '"id"').map((c) => `${c} = excluded.${c}`)
  return {
    name,
    select: all.map((column) => `"${snake(column)}" as "${column}"`).join(', '),
    upsert: `insert into ${name} (${names.join(', ')})
      select ${cast.join(', ')} from unnest(${arrays.join(', ')}) as t(${cast.map((_, i) => `c${i}`).join(', ')})
      on conflict (id) do update set ${updates.join(', ')}`,
    values: (rows) => all.map((column) => rows.map((row) => toSql(row[column], columns[column]))),
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
