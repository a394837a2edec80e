/**
 * COPY over the driver's own connection: whole tables out and in, as text, one line a row, without
 * holding more than a handful of rows in memory.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { clientOf, type Tx } from './tx.ts'

/** What of the driver's connection COPY needs. */
type Connection = {
  stream: Socket
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** The answers of the server to one COPY, in the names the driver calls them by. */
type Conversation = {
  submit(connection: Connection): void
  handleCopyInResponse(connection: Connection): void
  handleCopyData(message: { chunk: Buffer }): void
  handleCommandComplete(): void
  handleReadyForQuery(): void
  handleError(cause: Error): void
}

/** Rows that wait to be taken; above this the server is made to wait. */
const WAITING_BYTES_MAX = 512 * 1024

/**
 * Gives the rows of a query as lines of COPY's text format, in batches.
 * @param select a query without a semicolon
 */
export async function* copyOut(tx: Tx, select: string): AsyncGenerator<Buffer[]> {
  let waiting: Buffer[] = []
  let bytes = 0
  const at: { state: 'running' | 'done' | Error; socket: Socket | null } = {
    state: 'running',
    socket: null,
  }
  let wake = () => {}
  const become = (next: 'done' | Error) => {
    if (at.state === 'running') at.state = next
    wake()
  }
  say(tx, {
    submit(connection) {
      at.socket = connection.stream
      connection.query(`copy (${select}) to stdout`)
    },
    handleCopyInResponse: nothing,
    handleCopyData({ chunk }) {
      // The driver uses its buffer again.
      waiting.push(Buffer.from(chunk))
      bytes += chunk.length
      if (bytes > WAITING_BYTES_MAX) at.socket?.pause()
      wake()
    },
    handleCommandComplete: nothing,
    handleReadyForQuery: () => become('done'),
    handleError: become,
  })
  try {
    for (;;) {
      if (waiting.length === 0 && at.state === 'running') {
        await new Promise<void>((done) => {
          wake = done
        })
      }
      const batch = waiting
      waiting = []
      bytes = 0
      at.socket?.resume()
      if (batch.length > 0) yield batch
      else if (at.state === 'done') return
      else if (at.state !== 'running') throw at.state
    }
  } finally {
    // Nobody wants the rest: the connection is worth less than the time it would take to come.
    if (at.state === 'running') at.socket?.destroy()
  }
}

/**
 * Writes lines of COPY's text format into a table.
 * @param target `table (column, column)`
 * @param lines in pieces of any size; where it throws, nothing is written and that is thrown
 */
export function copyIn(tx: Tx, target: string, lines: AsyncIterable<Buffer>): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false
    let sourceFailure: unknown = null
    let release = () => {}
    const over = new Promise<void>((done) => {
      release = done
    })
    async function pump(connection: Connection): Promise<void> {
      try {
        for await (const chunk of lines) {
          if (isOver) return
          connection.sendCopyFromChunk(chunk)
          if (!connection.stream.writableNeedDrain) continue
          await Promise.race([once(connection.stream, 'drain'), over])
        }
        if (!isOver) connection.endCopyFrom()
      } catch (cause) {
        sourceFailure = cause ?? new Error('the rows could not be read')
        if (!isOver) connection.sendCopyFail('the rows could not be read')
      }
    }
    const end = (cause: unknown) => {
      isOver = true
      release()
      if (cause === null) resolve()
      else reject(cause)
    }
    say(tx, {
      submit: (connection) => connection.query(`copy ${target} from stdin`),
      handleCopyInResponse: (connection) => void pump(connection),
      handleCopyData: nothing,
      handleCommandComplete: nothing,
      handleReadyForQuery: () => end(null),
      handleError: (cause) => end(sourceFailure ?? cause),
    })
  })
}

const nothing = () => undefined

const say = (tx: Tx, conversation: Conversation): void => {
  clientOf(tx).query(conversation as never)
}
