import { Toast } from '@base-ui/react/toast'
import { words } from '../words/en.ts'

const manager = Toast.createToastManager<{ undo?: () => void }>()
const SHOWN_MS = 7_000

/** Says what was done, and offers to take it back: nobody is asked "are you sure?". */
export function say(sentence: string, undo?: () => void): void {
  const id = manager.add({
    title: sentence,
    timeout: SHOWN_MS,
    priority: 'low',
    ...(undo
      ? {
          actionProps: {
            children: words.undo,
            onClick: () => {
              manager.close(id)
              undo()
            },
          },
        }
      : {}),
  })
}

/** Where they appear; once in the app. */
export const Toasts = () => (
  <Toast.Provider toastManager={manager} limit={4}>
    <Toast.Portal>
      <Toast.Viewport className="fixed z-50 right-4 left-4 bottom-20 md:bottom-4 md:left-auto md:w-96 grid gap-2">
        <List />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)

function List() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      data-toast
      className="bg-raise border border-line rounded-lg px-4 py-3 data-[limited]:hidden"
    >
      <Toast.Content className="flex items-center gap-4">
        <Toast.Title className="flex-1 min-w-0 wrap-anywhere" />
        <Toast.Action className="font-semibold underline underline-offset-4 min-h-9 px-1" />
        <Toast.Close aria-label={words.close} className="text-mute min-h-9 px-1">
          ×
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
