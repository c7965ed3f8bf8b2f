import { useCallback, useEffect, useState } from 'react';
import { type Brief, deleteBrief, fetchBriefs, giveBrief, refuseFile } from '../core/briefs';
import type { Invitation } from '../core/invitation';
import { isProblem, type Problem } from '../core/problem';

/** The documents that hosts have given to this room. */
export function useBriefs(invitation: Invitation) {
  const [briefs, setBriefs] = useState<readonly Brief[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [changes, setChanges] = useState(0);

  useEffect(() => {
    let current = true;
    void fetchBriefs(invitation).then((answer) => {
      if (!current) return;
      if (isProblem(answer)) setProblem(answer);
      else setBriefs(answer);
    });
    return () => {
      current = false;
    };
  }, [invitation, changes]);

  const change = async (act: () => Promise<object | undefined>) => {
    setBusy(true);
    setProblem(undefined);
    const outcome = await act();
    if (outcome && isProblem(outcome)) setProblem(outcome);
    else setChanges((count) => count + 1);
    setBusy(false);
  };
  const give = (file: File) => {
    const refused = refuseFile(file.name, file.size);
    return change(async () => refused ?? giveBrief(invitation, file));
  };
  const remove = (document: string) => change(() => deleteBrief(invitation, document));

  const closeProblem = useCallback(() => {
    setProblem(undefined);
  }, []);
  return { briefs, busy, problem, closeProblem, give, remove };
}
