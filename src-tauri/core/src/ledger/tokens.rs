//! Counts of tokens that cannot be counted twice.

use super::Meter;

/// Why token counts contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The parts of the input are more than the input.
    #[error("the parts of the input add up to {parts} tokens, the input has {total}")]
    InputParts {
        /// Sum of the parts.
        parts: u64,
        /// The total they should fit in.
        total: u64,
    },
    /// The parts of the output are more than the output.
    #[error("the parts of the output add up to {parts} tokens, the output has {total}")]
    OutputParts {
        /// Sum of the parts.
        parts: u64,
        /// The total they should fit in.
        total: u64,
    },
    /// More tokens than can be counted.
    #[error("more tokens than can be counted")]
    Overflow,
}

/// Tokens that are no plain text, where a provider tells them apart. Each is part of a total, never beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Modalities {
    /// Uncached audio input.
    pub input_audio: u64,
    /// Audio input read from a cache.
    pub cache_read_audio: u64,
    /// Audio output.
    pub output_audio: u64,
    /// Uncached image input.
    pub input_image: u64,
    /// Image input read from a cache.
    pub cache_read_image: u64,
    /// Image output.
    pub output_image: u64,
}

/// Token counts as totals that already contain their parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenTotals {
    /// All input: uncached, read from a cache and written to one.
    pub input: u64,
    /// All output, reasoning included.
    pub output: u64,
    /// The part of the input read from a cache.
    pub cache_read: u64,
    /// The part of the input written to a cache, hour-long writes included.
    pub cache_creation: u64,
    /// The part of the input written to a cache kept for an hour.
    pub cache_creation_1h: u64,
    /// The part of the output spent on reasoning.
    pub reasoning: u64,
    /// The parts that are audio or image.
    pub modalities: Modalities,
}

/// Token counts that do not overlap, as Anthropic reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DisjointTokens {
    /// Input that no cache was involved in.
    pub uncached_input: u64,
    /// Input read from a cache.
    pub cache_read: u64,
    /// Input written to a cache kept five minutes.
    pub cache_creation_5m: u64,
    /// Input written to a cache kept for an hour.
    pub cache_creation_1h: u64,
    /// All output.
    pub output: u64,
}

/// Tokens of one charge. `input_tokens` contains cached tokens and `output_tokens` contains reasoning (OpenTelemetry `gen_ai.usage.*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenUsage {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_creation: u64,
    cache_creation_1h: u64,
    reasoning: u64,
    modalities: Modalities,
}

impl TokenUsage {
    /// From totals that contain their parts.
    pub fn from_totals(totals: TokenTotals) -> Result<TokenUsage, TokenError> {
        let TokenTotals {
            input,
            output,
            cache_read,
            cache_creation,
            cache_creation_1h,
            reasoning,
            modalities,
        } = totals;
        let m = modalities;
        let add = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        let parts =
            add(&[cache_read, cache_creation, m.input_audio, m.input_image]).ok_or(TokenError::Overflow)?;
        if parts > input {
            return Err(TokenError::InputParts { parts, total: input });
        }
        let cached = add(&[m.cache_read_audio, m.cache_read_image]).ok_or(TokenError::Overflow)?;
        if cached > cache_read || cache_creation_1h > cache_creation {
            return Err(TokenError::InputParts {
                parts: cached.max(cache_creation_1h),
                total: cache_read.min(cache_creation),
            });
        }
        let parts = add(&[m.output_audio, m.output_image]).ok_or(TokenError::Overflow)?.max(reasoning);
        if parts > output {
            return Err(TokenError::OutputParts { parts, total: output });
        }
        if input.max(output) > i64::MAX as u64 {
            return Err(TokenError::Overflow);
        }
        Ok(TokenUsage { input, output, cache_read, cache_creation, cache_creation_1h, reasoning, modalities })
    }

    /// From counts that do not overlap.
    pub fn from_disjoint(counts: DisjointTokens) -> Result<TokenUsage, TokenError> {
        let creation = counts.cache_creation_5m.checked_add(counts.cache_creation_1h);
        let input = creation
            .and_then(|n| n.checked_add(counts.cache_read))
            .and_then(|n| n.checked_add(counts.uncached_input));
        TokenUsage::from_totals(TokenTotals {
            input: input.ok_or(TokenError::Overflow)?,
            output: counts.output,
            cache_read: counts.cache_read,
            cache_creation: creation.ok_or(TokenError::Overflow)?,
            cache_creation_1h: counts.cache_creation_1h,
            ..TokenTotals::default()
        })
    }

    /// The counts as totals, as they are stored.
    pub const fn totals(&self) -> TokenTotals {
        TokenTotals {
            input: self.input,
            output: self.output,
            cache_read: self.cache_read,
            cache_creation: self.cache_creation,
            cache_creation_1h: self.cache_creation_1h,
            reasoning: self.reasoning,
            modalities: self.modalities,
        }
    }

    /// All input tokens, cached ones included.
    pub const fn input_tokens(&self) -> u64 {
        self.input
    }

    /// All output tokens, reasoning included.
    pub const fn output_tokens(&self) -> u64 {
        self.output
    }

    /// Each meter with its own tokens: they do not overlap, and they add up to input plus output. What pricing sees.
    pub fn disjoint_meters(&self) -> [(Meter, u64); 11] {
        let m = self.modalities;
        [
            (
                Meter::Input,
                self.input - self.cache_read - self.cache_creation - m.input_audio - m.input_image,
            ),
            (Meter::CacheRead, self.cache_read - m.cache_read_audio - m.cache_read_image),
            (Meter::CacheWrite, self.cache_creation - self.cache_creation_1h),
            (Meter::CacheWrite1h, self.cache_creation_1h),
            (Meter::Output, self.output - m.output_audio - m.output_image),
            (Meter::InputAudio, m.input_audio),
            (Meter::CacheReadAudio, m.cache_read_audio),
            (Meter::OutputAudio, m.output_audio),
            (Meter::InputImage, m.input_image),
            (Meter::CacheReadImage, m.cache_read_image),
            (Meter::OutputImage, m.output_image),
        ]
    }
}
