//! A key pair made for this file and published with it: it guards nothing, anywhere, and must never be made to.

/// PKCS#8 in base64, without the lines of a PEM file.
pub(super) const PRIVATE: &str = concat!(
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDP8GsSqnjg77WsNO/zPd4dhds4Mx55BGRQe9x6Neug/03XEAGX",
    "kBEwTppfxl1wQ6qxUdN4aRp9MBYUuMj/XqxcNArkvOB2KmJIbYIivVAFQYwQjrjr+ML2T3Q2c1PvJgWfaNXgLvz+bnHCzHTc8991",
    "FF1BAFGC5nfLiMyH0fjJ+7l1jAgB7vofm9Mrxev9ymvuTR2LQvqJIY991qBBjBRifc+DAsEFbgRMeFhXFd9EgFBAsSJc11Ap9b4z",
    "d6rm8pFm5TNaaNDZCjUhaawETywJJxuk6k4YMKQyErVBUV1hq3MnAGLFozBgL3MeR8B2C74nAnAmFxPkp8J9KehaR8MDAgMBAAEC",
    "ggEAMHftvVAXFPdK9XTxaVVGbMNCsfrYY4TujQQSBDqFTeW0kyib9mQSXZw0x5ZJOV3Mb8CO9kYpcny+6N2ZnEzJCETpNSABggmn",
    "FxLPfqF6AX+h0koyOG6noxoqEHcZXWkTbnDVSYgqWHQN+EYIB2ig8X1przkPxt9JlRux8Qa0Yv/qCHp+nvMaJIQX6c8PGgCU3EWj",
    "PS4+Ftv3BgBM583I5YclwC6hssizY9iVDprWbSxnd1Q2FhqIzJfIlgbNQoTL8lpUqvFaey1XQkkYaoCkeQyKbnF+WT9/JSfQGfHB",
    "0RC6qBr6C0OYaBivjUg48u/C6uKxN2LYbkR7QHV/usqxQQKBgQD36ZQtmZa8tIDg8tMU8uHMHAo/ZvpuzGz0rOrr9OZVSHcCGxjt",
    "vFNY94ZwNuXR5hfsR/RGiMmr1IvhDq0QDFkth/TgxdN8b76VOkzGhtQZDsSNsb3JBMkVhMVN8GtDZzG/6S+eliMhkvff4D8I6Lv6",
    "+jk+MmRCElKGAcE+n9wNOwKBgQDWuQF0OYbPSgU4X9hYu/LmQkyHWn0LjRPT1BUmL+mBYCSCm6gZ6jZAIvBIZiwUeV/vAMmBF/KU",
    "MXlUKhjpZQ4wEYK9V9E7zRxkc1cri/E0Mr4ymcC3kqt0lxCVVqHuwv8IsePEjNmeqQA2KsyeKRW/YHELcKXATqoTLH+Ep2jk2QKB",
    "gCTvY+g3TcHnkpvxEYm5dfKW6t/vU7hWNJVvfcCRyA9EsJZbuycQO8qxdhIZ27ud8Ep/neE0V/eFvyFUsmwFqvOhodYrIwsTCu3o",
    "ta+OPuNM0/PYW1IrqFnQYiTugMyV/098Sl/yNmG2J7/vBPUq13bY+NZPY6iEWk8ky8msv3gpAoGAD+qi2vSws4jvHiCsrtcvyDW9",
    "6oKgpkyM3bTo5G3Ex1xTGINlUJZ18wcj/JnmRpZAsDzEsxcNWkLYlY6RTiu5g4KoyFRMJDyuEBwkqAu1k4L3alTPXkw2/Wt9RTSo",
    "yEQYF5LoKVevgf1RELLXfBnbjNYfSxPMlZa/MLCpuzGVqvECgYEAu3W7h59fCLVhlgcxAdoa+cX8rPQ8hjev0PfEJBDpPmXu/IsD",
    "Wtzmmxe3dBZfUMu0S7rG+Hv1OpzJrkmQ9F7xQFHD/ZK1Y+haio5ECly+cA4GKqaRgxRAFiylhOp7dOjPPVSCJPlvq6bUt9YYiCPb",
    "GF1u/KhtsgnId1TtdzAIxjA=",
);

pub(super) const PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz/BrEqp44O+1rDTv8z3e\n\
HYXbODMeeQRkUHvcejXroP9N1xABl5ARME6aX8ZdcEOqsVHTeGkafTAWFLjI/16s\n\
XDQK5LzgdipiSG2CIr1QBUGMEI646/jC9k90NnNT7yYFn2jV4C78/m5xwsx03PPf\n\
dRRdQQBRguZ3y4jMh9H4yfu5dYwIAe76H5vTK8Xr/cpr7k0di0L6iSGPfdagQYwU\n\
Yn3PgwLBBW4ETHhYVxXfRIBQQLEiXNdQKfW+M3eq5vKRZuUzWmjQ2Qo1IWmsBE8s\n\
CScbpOpOGDCkMhK1QVFdYatzJwBixaMwYC9zHkfAdgu+JwJwJhcT5KfCfSnoWkfD\n\
AwIDAQAB\n\
-----END PUBLIC KEY-----\n\
";
