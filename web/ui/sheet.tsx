import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { words } from '../words/en.ts'
import { Button } from './parts.tsx'

/** A sheet over the page: from below on a phone, in the middle of a desk. Escape closes it. */
export const Sheet = ({
  title,
  isOpen,
  onClose,
  children,
}: {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
}) => (
  <Dialog.Root open={isOpen} onOpenChange={(next) => (next ? undefined : onClose())}>
    <Dialog.Portal>
      <Dialog.Backdrop className="fixed inset-0 bg-black/55 z-40" />
      <Dialog.Popup className="fixed z-50 bg-panel border border-line inset-x-0 bottom-0 max-h-[88dvh] overflow-y-auto rounded-t-xl p-5 sm:inset-auto sm:left-1/2 sm:top-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2 sm:w-[min(40rem,92vw)] sm:rounded-xl">
        <div className="flex items-start justify-between gap-4 pb-4">
          <Dialog.Title className="text-lg font-semibold tracking-tight">{title}</Dialog.Title>
          <Button tone="quiet" onClick={onClose}>
            {words.close}
          </Button>
        </div>
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
)
