// SPDX-License-Identifier: GPL-3.0-or-later
/** Keys that do something wherever the focus is. */
import { useEffect } from 'preact/hooks';

/**
 * @param keys key, with `Shift+` or `Ctrl+` before it → actions, of which the first possible one is
 *   done.
 * @param acts the actions that are possible now.
 */
export function useKeys<Action extends string>(
  keys: Readonly<Record<string, readonly Action[]>>,
  acts: { readonly current: Partial<Record<Action, (() => void) | undefined>> },
): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const before = `${event.ctrlKey ? 'Ctrl+' : ''}${event.shiftKey ? 'Shift+' : ''}`;
      const actions = keys[before + event.key];
      if (actions === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const action = actions.find((one) => acts.current[one] !== undefined);
      if (action !== undefined) acts.current[action]?.();
    };
    addEventListener('keydown', onKeyDown, { capture: true });
    return () => removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
}
