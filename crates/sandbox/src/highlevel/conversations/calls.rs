//! What is kept of a telephone call: a recording as a WAV file, and a transcription.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;
use crate::world::talk::{CallRecord, Message};

use super::super::refusal;

pub fn get_recording(world: &mut World, call: &Call) -> Outcome {
    let (message, record) = known(world, call, "Recording of message")?;
    if !record.recorded {
        return Err(refusal::not_found("Recording of message", &message.id));
    }
    Ok(Reply::file("audio/x-wav", "Attachment; filename=audio.wav", wav(&message.id)))
}

/// A list of sentences, which is the whole body.
pub fn get_transcription(world: &mut World, call: &Call) -> Outcome {
    let (_, record) = transcribed(world, call)?;
    let sentences: Vec<Value> = record
        .sentences
        .iter()
        .enumerate()
        .map(|(n, sentence)| {
            json!({
                "mediaChannel": sentence.channel,
                "sentenceIndex": n,
                "startTime": sentence.starts,
                "endTime": sentence.ends,
                "transcript": sentence.text,
                "confidence": 0.93,
            })
        })
        .collect();
    Ok(Reply::ok(json!(sentences)))
}

/// A line for each sentence.
pub fn download_transcription(world: &mut World, call: &Call) -> Outcome {
    let (_, record) = transcribed(world, call)?;
    let text: String = record.sentences.iter().map(|sentence| format!("{}\n", sentence.text)).collect();
    Ok(Reply::file("text/plain", "Attachment; filename=\"transcription.txt\"", text.into_bytes()))
}

fn transcribed<'a>(world: &'a World, call: &Call) -> Result<(&'a Message, &'a CallRecord), Reply> {
    let what = "Transcription of message";
    let (message, record) = known(world, call, what)?;
    if record.sentences.is_empty() {
        Err(refusal::not_found(what, &message.id))
    } else {
        Ok((message, record))
    }
}

/// The call that the path names, of this location.
fn known<'a>(world: &'a World, call: &Call, what: &str) -> Result<(&'a Message, &'a CallRecord), Reply> {
    let id = call.param("messageId");
    let found =
        world.conversations.message(id).filter(|_| call.param("locationId") == world.ready.location_id);
    found
        .and_then(|(_, message)| Some((message, message.call.as_ref()?)))
        .ok_or_else(|| refusal::not_found(what, id))
}

/// Samples of the sound in a second.
const RATE: u32 = 8000;

/// A quarter of a second of a tone, whose pitch depends on the id: 8 bits, mono.
fn wav(id: &str) -> Vec<u8> {
    let half_wave = 5 + id.bytes().map(usize::from).sum::<usize>() % 32;
    let samples = (0..RATE as usize / 4).map(|n| if n / half_wave % 2 == 0 { 96 } else { 160 });
    let samples: Vec<u8> = samples.collect();
    let length = u32::try_from(samples.len()).expect("a quarter of a second is short");
    let (pcm, channels, bytes_per_sample, bits) = (1_u16, 1_u16, 1_u16, 8_u16);
    let mut file = Vec::with_capacity(44 + samples.len());
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(pcm.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend(bytes_per_sample.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}
