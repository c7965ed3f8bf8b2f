import { type Room, RoomEvent } from 'livekit-client';
import { useCallback, useState } from 'react';
import { type CoverageRow, describeCoverage, readCoverage } from '../core/coverage';
import { dropNotice, mergeNotice, type Notice, readNotice } from '../core/notices';
import { describeStatistics, readStatistics, type StatisticsRow } from '../core/statistics';
import { findAgent } from './agents';

/** How well the call is heard and who speaks how much, which hosts alone are told. */
export function useHearing() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const [coverage, setCoverage] = useState<readonly CoverageRow[]>([]);
  const [statistics, setStatistics] = useState<readonly StatisticsRow[]>([]);
  const [unreadable, setUnreadable] = useState(0);

  const receiveNotice = useCallback((payload: Uint8Array) => {
    const notice = readNotice(payload);
    if (notice) setNotices((known) => mergeNotice(known, notice));
    else setUnreadable((count) => count + 1);
  }, []);

  const receiveCoverage = useCallback((payload: Uint8Array) => {
    const report = readCoverage(payload);
    if (report) setCoverage(describeCoverage(report));
    else setUnreadable((count) => count + 1);
  }, []);

  const receiveStatistics = useCallback((payload: Uint8Array) => {
    const report = readStatistics(payload);
    if (report) setStatistics(describeStatistics(report));
    else setUnreadable((count) => count + 1);
  }, []);

  const closeNotice = useCallback((id: string) => {
    setNotices((known) => dropNotice(known, id));
  }, []);

  /** To be called before the room connects. */
  const listen = useCallback((room: Room) => {
    setNotices([]);
    room.on(RoomEvent.ParticipantDisconnected, () => {
      // Nobody is left who would say that it is over.
      if (!findAgent(room.remoteParticipants.values())) setNotices([]);
    });
  }, []);

  return {
    notices,
    coverage,
    statistics,
    unreadable,
    receiveNotice,
    receiveCoverage,
    receiveStatistics,
    closeNotice,
    listen,
  };
}
