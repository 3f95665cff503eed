use super::found::replay;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use types::DispatchId;

fn chunk(n: i32) -> Chunk {
    Chunk {
        dispatch: DispatchId(Uuid::from_u128(7)),
        chunk: n,
    }
}

/// Between fork and exec a process that another test starts has our open files, and the lock with them: for a moment it is held.
fn of_dead(directory: &Path, worker: Uuid) -> Found {
    for _ in 0..500 {
        match take(directory, worker).unwrap() {
            Taken::Found(found) => return found,
            Taken::Held => std::thread::sleep(std::time::Duration::from_millis(10)),
            Taken::Gone => break,
        }
    }
    panic!("not taken")
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Unknown),
        (200u16..300).prop_map(End::Sent),
        (400u16..500).prop_map(End::Deferred),
        (500u16..600).prop_map(End::Refused),
        (500u16..600).prop_map(End::BadAddress),
        Just(End::NotSent),
        Just(End::Ambiguous),
    ]
}

proptest! {
    #[test]
    fn records_read_back(slot in 0u32..1 << 24, offset in 0u32..1 << 24, end in end()) {
        let key = Key { slot, offset };
        prop_assert_eq!(read_record(record(key, end)), Some((key, end)));
    }

    /// Whatever is written, settled and written anew, in any order and cut off anywhere: of each message not settled the last
    /// word that reached the file is found, and nothing else is made up.
    #[test]
    fn the_last_word_survives(acts in prop::collection::vec((0u32..4, 0u32..20, end(), 0u8..12), 1..200)) {
        let directory = tempfile::tempdir().unwrap();
        let worker = Uuid::from_u128(1);
        let journal = Journal::create(directory.path(), worker).unwrap();
        let slots: Vec<u32> = (0..4).map(|n| journal.bind(chunk(n)).unwrap()).collect();
        let mut wanted: BTreeMap<(Chunk, u32), End> = BTreeMap::new();
        for (at, offset, end, what) in acts {
            let key = Key { slot: slots[at as usize], offset };
            let name = (chunk(at.cast_signed()), offset);
            match what {
                0 => {
                    journal.settled([key].into_iter());
                    wanted.remove(&name);
                    // Only what is written anew forgets: an outcome twice is recognised by the database.
                    let mut paper = journal.paper_alone();
                    paper.write_anew(&journal.state(), &journal.path).unwrap();
                }
                1 => journal.flush().unwrap(),
                _ => {
                    journal.reply(key, end).unwrap();
                    wanted.insert(name, end);
                }
            }
        }
        prop_assert!(matches!(take(directory.path(), worker).unwrap(), Taken::Held));
        drop(journal);
        let found = of_dead(directory.path(), worker);
        let mut seen: BTreeMap<(Chunk, u32), End> = BTreeMap::new();
        for (chunk, ends) in &found.chunks {
            for (offset, end) in ends {
                seen.insert((*chunk, *offset), *end);
            }
        }
        prop_assert_eq!(seen, wanted);
        found.done();
        prop_assert!(matches!(take(directory.path(), worker).unwrap(), Taken::Gone));
    }

    #[test]
    fn a_torn_file_is_read_as_far_as_it_goes(cut in 0usize..200, noise in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut bytes = bytes_of(&binding(0, chunk(3)));
        for offset in 0..20 {
            bytes.extend(record(Key { slot: 0, offset }, End::Sent(250)).to_le_bytes());
        }
        bytes.truncate(cut);
        let whole = cut.saturating_sub(32) / 8;
        let found = replay(&bytes);
        prop_assert_eq!(found.get(&chunk(3)).map_or(0, Vec::len), whole.min(20));
        bytes.extend(noise);
        let _ = replay(&bytes);
    }
}

/// A record that did not reach the disk is a gap of zeros, or itself without its last bytes; those behind it count.
#[test]
fn a_gap_hides_nothing_behind_it() {
    let mut bytes = bytes_of(&binding(0, chunk(3)));
    bytes.extend([0; 32]);
    let word = record(Key { slot: 0, offset: 1 }, End::Sent(250)).to_le_bytes();
    bytes.extend(&word[..7]);
    bytes.push(0);
    bytes.extend(record(Key { slot: 0, offset: 2 }, End::Sent(250)).to_le_bytes());
    assert_eq!(replay(&bytes).get(&chunk(3)), Some(&vec![(2, End::Sent(250))]));
}

#[test]
fn records_of_many_threads_are_all_there() {
    let directory = tempfile::tempdir().unwrap();
    let worker = Uuid::from_u128(9);
    let journal = Journal::create(directory.path(), worker).unwrap();
    let slot = journal.bind(chunk(0)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let journal = &journal;
            scope.spawn(move || {
                for n in 0..500 {
                    let key = Key {
                        slot,
                        offset: thread * 1000 + n,
                    };
                    journal.intent(key).unwrap();
                    journal.reply(key, End::Sent(250)).unwrap();
                    if n % 100 == 0 {
                        let mut paper = journal.paper_alone();
                        paper.write_anew(&journal.state(), &journal.path).unwrap();
                    }
                }
            });
        }
    });
    drop(journal);
    let found = of_dead(directory.path(), worker);
    assert_eq!(found.chunks[&chunk(0)].len(), 2000);
    assert!(
        found.chunks[&chunk(0)]
            .iter()
            .all(|(_, end)| *end == End::Sent(250))
    );
}

#[test]
fn a_host_has_one_id() {
    let directory = tempfile::tempdir().unwrap();
    let first = host(directory.path(), Uuid::from_u128(1)).unwrap();
    assert_eq!(host(directory.path(), Uuid::from_u128(2)).unwrap(), first);
    let journal = Journal::create(directory.path(), Uuid::from_u128(5)).unwrap();
    assert_eq!(all(directory.path()).unwrap(), [Uuid::from_u128(5)]);
    journal.close();
    assert!(all(directory.path()).unwrap().is_empty());
}
