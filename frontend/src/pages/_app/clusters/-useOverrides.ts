import { useEffect, useState } from 'react';
import { noAnswer } from '@/api/errors';
import type { Overrides } from '@/lib/overrides';

const nothing: Overrides = { values: {}, lines: {}, problems: [] };

const reader = () =>
  import('@/lib/overrides').catch((cause: unknown) => {
    throw noAnswer(cause);
  });

/** Reads overrides as one types. The reader is large and comes on its own. */
export function useOverrides(text: string) {
  const [overrides, setOverrides] = useState(nothing);
  useEffect(() => {
    let current = true;
    reader().then(
      ({ readOverrides }) => {
        if (current) setOverrides(readOverrides(text));
      },
      () => undefined, // sending the text reports it
    );
    return () => {
      current = false;
    };
  }, [text]);
  return {
    overrides,
    /** What the text says now, for sending it. */
    read: async () => (await reader()).readOverrides(text),
  };
}
