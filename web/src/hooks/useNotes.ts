import type { Room } from 'livekit-client';
import { useCallback, useMemo, useRef, useState } from 'react';
import { type Ahead, agentTime, noteSentAt } from '../core/agentClock';
import { dropAlert, readAlert } from '../core/alerts';
import { readAnswer } from '../core/answers';
import { readCallState } from '../core/callState';
import { readErased } from '../core/consent';
import { type CostReport, readCosts } from '../core/costs';
import { Erasures } from '../core/erasures';
import { readGap } from '../core/gaps';
import { readMinutes } from '../core/minutes';
import {
  takeAlert,
  takeAnswer,
  takeErasure,
  takeGap,
  takeLine,
  takeMinutes,
  takePoint,
  takeState,
  takeTask,
} from '../core/notes';
import { readTalkingPoint, type TalkingPoint } from '../core/talkingPoints';
import { readTask, type Task } from '../core/tasks';
import { readLine } from '../core/transcript';
import {
  ALERT,
  ANSWER,
  CALL_STATE,
  COSTS,
  COVERAGE,
  ERASED,
  GAP,
  MINUTES,
  NOTICE,
  STATISTICS,
  TALKING_POINT,
  TASK,
  TRANSCRIPTION,
} from '../wire/topics';
import { listenToAgents, listenToAgentTexts } from './agents';
import { catchUpIn, type Keeping } from './catchingUp';
import { useConsent } from './useConsent';
import { useHearing } from './useHearing';
import { useKeptNotes } from './useKeptNotes';
import { useRoomSound } from './useRoomSound';

export type Notes = ReturnType<typeof useNotes>;

/** All that a call tells this page; what was read stays over a rejoin, what was erased does not. */
export function useNotes() {
  const { notes, read, change } = useKeptNotes();
  const ahead = useRef<Ahead>(undefined);
  const [costs, setCosts] = useState<CostReport>();
  const [unreadable, setUnreadable] = useState(0);
  const consent = useConsent();
  const hearing = useHearing();
  const recording = useRoomSound();

  const { listen: listenConsent } = consent;
  const { listen: listenSound } = recording;
  const { receiveNotice, receiveCoverage, receiveStatistics, listen: listenHearing } = hearing;
  const onUnreadable = useCallback(() => {
    setUnreadable((count) => count + 1);
  }, []);
  const onPoint = useCallback((point: TalkingPoint) => {
    ahead.current = noteSentAt(ahead.current, point.sent_at_ms, Date.now());
  }, []);
  const now = useCallback(() => agentTime(ahead.current, Date.now()), []);
  const mergeTask = useCallback(
    (task: Task) => {
      change((known) => takeTask(known, task));
    },
    [change],
  );

  const closeAlert = useCallback(
    (id: string) => {
      change((known) => ({ ...known, alerts: dropAlert(known.alerts, id) }));
    },
    [change],
  );

  /** To be called before the room connects, so that nothing is missed. */
  const listen = useCallback(
    (room: Room) => {
      listenConsent(room);
      listenSound(room);
      listenHearing(room);
      const receivers = receiveInto(room, { read, change, onUnreadable }, onPoint);
      listenToAgents(room, {
        ...receivers,
        [COSTS]: (payload) => {
          const report = readCosts(payload);
          if (report) setCosts(report);
          else onUnreadable();
        },
        [NOTICE]: receiveNotice,
        [COVERAGE]: receiveCoverage,
        [STATISTICS]: receiveStatistics,
      });
    },
    [
      read,
      change,
      onUnreadable,
      onPoint,
      listenConsent,
      listenSound,
      listenHearing,
      receiveNotice,
      receiveCoverage,
      receiveStatistics,
    ],
  );

  return useMemo(
    () => ({
      ...notes,
      costs,
      consent: consent.consent,
      /** As last heard of, also after the agent has left. */
      policy: consent.policy,
      periods: consent.periods,
      notices: hearing.notices,
      closeNotice: hearing.closeNotice,
      coverage: hearing.coverage,
      statistics: hearing.statistics,
      unreadable: unreadable + consent.unreadable + hearing.unreadable + recording.unreadable,
      /** Whether the sound is recorded; undefined: no agent says it. */
      sound: recording.sound,
      closeAlert,
      /** The time by the agent's clock. */
      now,
      /** Takes in a task that the token server has changed. */
      mergeTask,
      listen,
    }),
    [notes, costs, consent, hearing, recording, unreadable, now, mergeTask, closeAlert, listen],
  );
}

/** Takes in the transcript, and returns the receivers of what else outlives a cut, by topic. */
function receiveInto(
  room: Room,
  keeping: Keeping,
  onPoint: (point: TalkingPoint) => void,
): Record<string, (payload: Uint8Array) => void> {
  const lookForGap = catchUpIn(room, keeping);
  const erasures = new Erasures();
  const change: Keeping['change'] = (next) => {
    keeping.change(next);
    lookForGap();
  };
  /** Reads a message and takes in what it says; one that cannot be read is counted. */
  const receive =
    <Message>(
      readMessage: (payload: Uint8Array) => Message | undefined,
      use: (message: Message) => void,
    ) =>
    (payload: Uint8Array) => {
      const message = readMessage(payload);
      if (message === undefined) keeping.onUnreadable();
      else use(message);
    };

  listenToLines(room, erasures, change, keeping.onUnreadable);
  listenToMinutes(room, keeping);
  return {
    [TALKING_POINT]: receive(readTalkingPoint, (point) => {
      onPoint(point);
      change((notes) => takePoint(notes, point));
    }),
    [TASK]: receive(readTask, (task) => {
      change((notes) => takeTask(notes, task));
    }),
    [ANSWER]: receive(readAnswer, (answer) => {
      change((notes) => takeAnswer(notes, answer));
    }),
    [ALERT]: receive(readAlert, (alert) => {
      change((notes) => takeAlert(notes, alert));
    }),
    [CALL_STATE]: receive(readCallState, (state) => {
      change((notes) => takeState(notes, state));
    }),
    [GAP]: receive(readGap, (gap) => {
      change((notes) => takeGap(notes, gap));
    }),
    [ERASED]: receive(readErased, (erasure) => {
      erasures.note(erasure.speaker_identity, performance.now());
      change((notes) => takeErasure(notes, erasure));
    }),
  };
}

/** Minutes that were on their way when words were erased may repeat them: others will follow. */
function listenToMinutes(room: Room, { read, change, onUnreadable }: Keeping): void {
  listenToAgentTexts(room, MINUTES, (text) => {
    const { erasures } = read();
    const take = async () => {
      const minutes = readMinutes(await text);
      if (!minutes) onUnreadable();
      else if (read().erasures === erasures) change((notes) => takeMinutes(notes, minutes));
    };
    take().catch(onUnreadable);
  });
}

/**
 * Not by LiveKit's `useTranscriptions`: that keeps every line for ever and lets anyone who
 * repeats a segment id overwrite the words of somebody else.
 */
function listenToLines(
  room: Room,
  erasures: Erasures,
  change: Keeping['change'],
  onUnreadable: () => void,
): void {
  room.registerTextStreamHandler(TRANSCRIPTION, (reader, sender) => {
    const read = async () => {
      const text = await reader.readAll();
      const line = readLine(reader.info.attributes ?? {}, sender.identity, text);
      if (!line) onUnreadable();
      else if (line.final || !erasures.covers(line.identity, performance.now())) {
        change((notes) => takeLine(notes, line));
      }
    };
    // A stream that breaks off in the middle is a line that cannot be read.
    read().catch(onUnreadable);
  });
}
