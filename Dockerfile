# docker build -t exportready . && docker run --rm -v "$PWD:/work" exportready check snapshot
FROM python:3.13-slim
RUN apt-get update -qq \
 && apt-get install -qq --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml README.md /source/
COPY engine /source/engine
COPY rules /source/rules
COPY reports /source/reports
RUN pip install --no-cache-dir /source && rm -rf /source \
 && git config --system --add safe.directory /work
RUN useradd --create-home checker
USER checker
WORKDIR /work
ENTRYPOINT ["exportready"]
