// The logo of Meridian Credit, drawn for the demo: 240 × 60 pixels.

extension Meridian {
    /// A PNG image in Base64.
    static let logo = """
        iVBORw0KGgoAAAANSUhEUgAAAPAAAAA8CAMAAABvocdvAAAAHlBMVEX+/v6/wLlyiZ5adpE1X4bfnzC7mliToa4fTnlbZXBPwzlj\
        AAAEJklEQVRo3u2ai3asIAxFTYgG//+Hb5KDb+1o51qd1rNaF8owwyYPQK2qR48ePXr0gSJOIlLXddMQXd2Z06Upi2RTDTXN1T06\
        VclRg7cDduare3WaFKh5BvxbkUnGvBPguv6FsUwT3Dnw7yPWnL8E3nJrqmhU3hxMScOZZLGjzQRXDqLKK+BVYrYUJ30xyzYwj4Gz\
        A+crgWnBuwRe8+rwC+owNoErGk/olitodunHleW1hdeIHVg0kHw6k10/BgtfqqV9V4HrRUM2SPg0i5RS5Qs1RYnZnMf+E2NU2ANX\
        InqV4eWakjChVsliq5ydKc07gXXRUrIxe8l6DWDKgR4BasNBbvcSwxoVjEocCR+OAbJq5b7tmcp7gRdObX00Io7vULh09J4AH71P\
        XLK0eX1mUilJK7gMMBEhqtWHin1U0mGEQ+L9wM2iqRA7p9FWGYXorp0rgMu4MAxc/Km3MLPgaxTA4D45xmU/8DyKrfPk/5VjBjC7\
        wckuOqJ9M2I3ULvQziOXLuM2HhB3uFN5VyN4C7hZtHVYLf8SjCUsecjHhp8GxOLumIcZ80MB5mqo+WED7wMuWZfdo2FhB+bkAjDy\
        b8R5DxxXEcOe5ZkxPPCK86etfAR45tMew2EZGFdigznk8t7CBRhVcNmwo2KxolPgc9M0HbLwLE8z8k8OSsRwjqRddbbsfiPFYtLz\
        mS9RuhguXlwsXAak84uTxMcsPPVp7YGrblOACETeHVwa01LMPqkAw8IiWLRMgU/ktVjK3U2O48BcJlA3YAHmkrZSNaQfJC1My17Z\
        z8O+SrEf962L9Enr5CwtM+BuVb0BPA1ixXIJcVs2DxEjfb6NjxFGJDJaKpsHDEagaswUPwacWUO28LWDlhMlqm1DQw2hUMdfs7Ke\
        XhEdqaEXTf63jg3nPuBb688BW8pYExy67v0Z5/QrgA9NS58P/NY8/In6c8B0DFjf/8Wr9c7m4SOV3tgeVn67Vb+84cq+beDqRnrn\
        BoC1bkPbnt6yD4p/8mrQXkeA520TUHWbuC3WpfZqzl4su4HnBqYOVNuwo7opSbWsj83bqxY1ZENzlwdytB943uU0NpuyuzbZQdvk\
        m6g2Wcnvt1sc642AV56k5Z034ieenNoI1Th6hdvWqBlu3dzHpcueeAfwouEEmNvhkrs4So6dGly5j/YBL11yAqwJgL6bdmuHqcO6\
        /rF7AdMe4JUQbMcUXFxYtbHtlpVwe+eWFv7uA3EErHOaDRtYuDd6cWlPWnw74O++8tCZ2K0LpHLFBqJN3Xm6IfCrl1o2FhY+9ZAv\
        t6hLWoSAjQMRxSKsnF2NOJdM7l5Ozbv9vor2K0skLZ+IywWbl1vSzvZte/JT0OPSfnqSIy+m0csL9xWvAX/+nv8rKZ4O/JWXS0MU\
        L1oE7Ac556NHjx49+mz9A/yHPoO/4GznAAAAAElFTkSuQmCC
        """
}
